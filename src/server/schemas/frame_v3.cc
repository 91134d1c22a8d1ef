#include "server/schemas/frame_v3.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "server/schemas/meta.h"

namespace thalweg {
namespace {

constexpr int64_t kDefaultRows = 100;

template <class Values>
JsonArray Numbers(const Values& values) {
  JsonArray array;
  array.reserve(values.size());
  for (const double value : values) array.push_back(WireNumber(value));
  return array;
}

}  // namespace

FrameWindow WindowOf(const FrameRequest& request, const Frame& frame) {
  FrameWindow window;
  window.row_begin = std::min(request.row_offset, frame.rows());
  const int64_t rows = request.row_count < 0 ? kDefaultRows : request.row_count;
  window.row_end = window.row_begin + std::min(rows, frame.rows() - window.row_begin);
  const auto columns = static_cast<int64_t>(frame.columns());
  const int64_t begin = std::min(request.column_offset, columns);
  const int64_t count = request.column_count < 0 ? columns : request.column_count;
  window.column_begin = static_cast<size_t>(begin);
  window.column_end = static_cast<size_t>(begin + std::min(count, columns - begin));
  window.full_end = window.column_end;
  if (request.full_column_count >= 0) {
    const auto sent = static_cast<int64_t>(window.column_end - window.column_begin);
    window.full_end =
        window.column_begin + static_cast<size_t>(std::min(request.full_column_count, sent));
  }
  return window;
}

std::string_view WireColumnType(ColumnType type, bool integral) {
  return type == ColumnType::kReal && integral ? "int" : ColumnTypeName(type);
}

JsonObject ColumnJson(std::string_view name, const Column& column, const ColumnSummary* summary,
                      Json page, const ColumnDetail* detail) {
  const bool text = !IsNumeric(column.type());
  const ColumnSummary nothing;
  const ColumnSummary& s = summary != nullptr ? *summary : nothing;
  const Domain* domain = column.domain().get();
  // The codes of more than two levels have no mean; where there is nothing to take a mean of, the
  // clients know it as 0.
  const bool no_mean = text || (domain != nullptr && domain->size() > 2);
  const auto moment = [&](double value) {
    return no_mean ? Json("NaN") : std::isnan(value) ? Json(0.0) : WireNumber(value);
  };
  JsonObject json = SchemaObject("ColV3", "Vec");
  json.reserve(24);
  json["label"] = name;
  json["missing_count"] = s.missing;
  json["zero_count"] = s.zeros;
  json["positive_infinity_count"] = s.positive_infinities;
  json["negative_infinity_count"] = s.negative_infinities;
  json["mins"] = Numbers(s.smallest);
  json["maxs"] = Numbers(s.largest);
  json["mean"] = moment(s.mean);
  json["sigma"] = moment(s.sd);
  json["type"] = WireColumnType(column.type(), s.integral);
  json["domain"] = nullptr;
  json["domain_cardinality"] = domain != nullptr ? domain->size() : 0;
  json["data"] = nullptr;
  json["string_data"] = nullptr;
  json[text ? "string_data" : "data"] = std::move(page);
  json["precision"] = column.type() == ColumnType::kReal ? 0 : -1;
  json["histogram_bins"] = nullptr;
  json["histogram_base"] = 0.0;
  json["histogram_stride"] = 0.0;
  json["percentiles"] = nullptr;
  if (detail != nullptr && !text) {
    JsonArray bins;
    for (const int64_t bin : detail->histogram) bins.emplace_back(bin);
    json["histogram_bins"] = std::move(bins);
    json["histogram_base"] = detail->histogram_base;
    json["histogram_stride"] = detail->histogram_stride;
    json["percentiles"] = Numbers(detail->percentiles);
  }
  return json;
}

JsonObject FrameJson(const FrameHead& head, const FrameRequest& request, const FrameWindow& window,
                     JsonArray columns) {
  JsonObject json = SchemaObject("FrameV3", "Frame");
  json["_exclude_fields"] = "";
  if (head.name.empty()) {
    JsonObject key = SchemaObject("FrameKeyV3", "Key<Frame>");
    key["name"] = nullptr;
    key["type"] = nullptr;
    key["URL"] = nullptr;
    json["frame_id"] = std::move(key);
  } else {
    json["frame_id"] = KeyObject(KeyKind::kFrame, head.name);
  }
  const size_t sent = window.column_end - window.column_begin;
  json["byte_size"] = head.bytes;
  json["is_text"] = false;
  json["row_offset"] = window.row_begin;
  json["row_count"] = window.row_end - window.row_begin;
  json["column_offset"] = window.column_begin;
  json["column_count"] = sent;
  json["full_column_count"] =
      request.full_column_count < 0 ? static_cast<int64_t>(sent) : request.full_column_count;
  json["total_column_count"] = head.all_columns;
  json["checksum"] = static_cast<int64_t>(head.checksum >> 1);
  json["rows"] = head.rows;
  json["num_columns"] = head.all_columns;
  json["default_percentiles"] = Numbers(kWirePercentiles);
  json["columns"] = std::move(columns);
  json["compatible_models"] = nullptr;
  json["chunk_summary"] = nullptr;
  json["distribution_summary"] = nullptr;
  return json;
}

JsonObject FramesJson(const FrameRequest& request, Json frames) {
  JsonObject json = SchemaObject("FramesV3", "Frames");
  json["_exclude_fields"] = "";
  json["row_offset"] = request.row_offset;
  json["row_count"] = request.row_count;
  json["column_offset"] = request.column_offset;
  json["full_column_count"] = request.full_column_count;
  json["column_count"] = request.column_count;
  json["compression"] = nullptr;
  json["write_checksum"] = true;
  json["tz_adjust_from_local"] = false;
  json["separator"] = static_cast<int>(',');
  json["header"] = true;
  json["quote_header"] = true;
  json["job"] = nullptr;
  json["frames"] = std::move(frames);
  json["compatible_models"] = nullptr;
  json["domain"] = nullptr;
  return json;
}

JsonObject FrameSynopsisJson(std::string_view name, int64_t rows, size_t columns, size_t bytes,
                             bool is_text) {
  JsonObject json = SchemaObject("FrameSynopsisV3");
  json["_exclude_fields"] = "";
  json["frame_id"] = KeyObject(KeyKind::kFrame, name);
  json["byte_size"] = bytes;
  json["is_text"] = is_text;
  json["rows"] = rows;
  json["columns"] = columns;
  return json;
}

}  // namespace thalweg
