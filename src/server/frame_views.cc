#include "server/frame_views.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "jobs/catalog.h"
#include "mapreduce/rollup_cache.h"
#include "server/schemas/level_text.h"

namespace thalweg {
namespace {

constexpr size_t kMostBins = 1000;

// The histogram that a column gets: one bin per value for integers of a small range, else kMostBins
// between the smallest and the largest cell.
struct Bins {
  double base = 0;
  double stride = 1;
  size_t count = 0;
};

Bins BinsOf(const ColumnSummary& summary) {
  const double low = summary.smallest[0];
  const double high = summary.largest[0];
  if (std::isnan(low)) return {};
  const double span = high - low;
  if (summary.integral && span < static_cast<double>(kMostBins)) {
    return {low, 1, static_cast<size_t>(span) + 1};
  }
  if (span == 0) return {low, 1, 1};
  const double stride = (summary.integral ? span + 1 : span) / static_cast<double>(kMostBins);
  return {low, stride, kMostBins};
}

ColumnDetail DetailOf(const std::string& name, size_t column, const ColumnSummary& summary,
                      ServerContext& server) {
  const Bins bins = BinsOf(summary);
  ColumnDetail detail;
  detail.histogram_base = bins.base;
  detail.histogram_stride = bins.stride;
  if (bins.count == 0) {
    detail.percentiles.assign(kWirePercentiles.size(), kMissingReal);
    return detail;
  }
  JsonArray probabilities;
  for (const double p : kWirePercentiles) probabilities.emplace_back(p);
  const Json result = server.ranks.Run("column_detail",
                                       JsonObject{{"frame", name},
                                                  {"column", column},
                                                  {"base", bins.base},
                                                  {"stride", bins.stride},
                                                  {"bins", bins.count},
                                                  {"probabilities", std::move(probabilities)}},
                                       {});
  for (const Json& count : result.at("histogram").as_array()) {
    detail.histogram.push_back(count.to_number<int64_t>());
  }
  for (const Json& p : result.at("percentiles").as_array()) {
    detail.percentiles.push_back(p.is_number() ? p.to_number<double>() : kMissingReal);
  }
  return detail;
}

}  // namespace

std::vector<std::shared_ptr<const ColumnSummary>> SummariesOf(const std::string& name,
                                                              const Frame& frame, size_t begin,
                                                              size_t end, ServerContext& server) {
  RollupCache& cache = RollupCache::Shared();
  std::vector<std::shared_ptr<const ColumnSummary>> summaries(end - begin);
  // Another frame may take the name between our look at it and the command's, or the same one lie
  // on other ranks: then once more.
  constexpr int kTries = 3;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto now = server.catalog().FindAs<FrameEntry>(name);
    const bool moved = now && now->frame()->names() == frame.names();
    const Frame& known = moved ? *now->frame() : frame;
    JsonArray unknown;
    for (size_t c = begin; c < end; ++c) {
      if (summaries[c - begin] == nullptr) summaries[c - begin] = cache.Find(known.column_ptr(c));
      if (summaries[c - begin] == nullptr) unknown.emplace_back(c);
    }
    if (unknown.empty()) return summaries;
    server.ranks.Run("summarize_columns",
                     JsonObject{{"frame", name}, {"columns", std::move(unknown)}}, {});
  }
  throw NotFound("frame", name, server.catalog().WhyGone(name));
}

JsonArray ColumnsJson(const std::string& name, const Frame& frame, const FrameWindow& window,
                      bool detailed, ServerContext& server) {
  const size_t begin = window.column_begin;
  const size_t end = window.column_end;
  const auto summaries = SummariesOf(name, frame, begin, end, server);
  JsonArray positions;
  for (size_t c = begin; c < window.full_end; ++c) positions.emplace_back(c);
  Json cells = server.ranks.Run("frame_cells",
                                JsonObject{{"frame", name},
                                           {"columns", std::move(positions)},
                                           {"begin", window.row_begin},
                                           {"end", window.row_end}},
                                {});
  JsonArray columns;
  columns.reserve(end - begin);
  for (size_t c = begin; c < end; ++c) {
    const Column& column = frame.column(c);
    const ColumnSummary& summary = *summaries[c - begin];
    ColumnDetail detail;
    const bool with_detail = detailed && IsNumeric(column.type());
    if (with_detail) detail = DetailOf(name, c, summary, server);
    columns.push_back(
        ColumnJson(frame.name(c), column, &summary,
                   c < window.full_end ? std::move(cells.as_array()[c - begin]) : Json(nullptr),
                   with_detail ? &detail : nullptr));
  }
  return columns;
}

HttpResponse ColumnsResponse(const Json& json, const Frame& frame, const FrameWindow& window) {
  std::vector<ColumnPtr> columns;
  for (size_t c = window.column_begin; c < window.column_end; ++c) {
    columns.push_back(frame.column_ptr(c));
  }
  HttpResponse response = JsonResponse(json);
  response.body = WithLevels(std::move(response.body), columns);
  return response;
}

}  // namespace thalweg
