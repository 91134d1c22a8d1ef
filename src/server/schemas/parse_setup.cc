#include "server/schemas/parse_setup.h"

#include <algorithm>

#include "base/text.h"
#include "server/schemas/meta.h"
#include "server/schemas/wire_values.h"

namespace thalweg {
namespace {

constexpr size_t kShownColumns = 100;

JsonArray Texts(const std::vector<std::string>& texts) {
  JsonArray array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

Json TextsOrNull(const std::vector<std::string>& texts) {
  if (texts.empty()) return nullptr;
  return Texts(texts);
}

Json TextOrNull(const std::string& text) {
  if (text.empty()) return nullptr;
  return Json(text);
}

Json NumbersOrNull(const std::vector<std::string>& texts) {
  if (texts.empty()) return nullptr;
  JsonArray array;
  for (const std::string& text : texts) {
    if (const auto number = ParseInt(Trim(text))) {
      array.emplace_back(*number);
    } else {
      array.emplace_back(text);
    }
  }
  return array;
}

// "[["?","-"],[]]" as it came, one list per column.
Json NaStringsJson(const std::vector<std::string>& na_strings) {
  if (na_strings.empty()) return nullptr;
  JsonArray columns;
  for (const std::string& text : na_strings) columns.push_back(Texts(ParseWireList(text)));
  return columns;
}

JsonArray KeysOf(const std::vector<std::string>& names) {
  JsonArray keys;
  for (const std::string& name : names) keys.push_back(KeyObject(KeyKind::kFrame, name));
  return keys;
}

}  // namespace

Json ParseSetupJson(const FileParseRequest& request, const ParseGuess& guess,
                    std::string_view destination) {
  JsonObject json = SchemaObject("ParseSetupV3", "ParseSetup");
  json["_exclude_fields"] = "";
  json["source_frames"] = KeysOf(request.source_frames);
  json["parse_type"] = guess.parse_type;
  json["separator"] = guess.separator;
  json["single_quotes"] = request.single_quotes;
  json["check_header"] = guess.header ? 1 : -1;
  // A window on the columns, for clients that show them page by page.
  std::vector<std::string> names;
  std::vector<std::string> types;
  size_t matching = 0;
  for (size_t i = 0; i < guess.types.size(); ++i) {
    const std::string name = i < guess.names.size() ? guess.names[i] : "";
    if (name.find(request.column_name_filter) == std::string::npos) continue;
    const auto position = static_cast<int64_t>(matching++);
    if (position < request.column_offset) continue;
    if (request.column_count > 0 && position >= request.column_offset + request.column_count) {
      continue;
    }
    names.push_back(name);
    types.push_back(guess.types[i]);
  }
  if (guess.names.empty()) names.clear();
  json["column_names"] = TextsOrNull(names);
  json["skipped_columns"] = NumbersOrNull(request.skipped_columns);
  json["column_types"] = Texts(types);
  json["na_strings"] = NaStringsJson(request.na_strings);
  json["column_name_filter"] = TextOrNull(request.column_name_filter);
  json["column_offset"] = request.column_offset;
  json["column_count"] = request.column_count;
  json["destination_frame"] = destination;
  json["header_lines"] = request.header_lines;
  json["number_columns"] = guess.types.size();
  JsonArray data;
  for (const std::vector<std::string>& row : guess.rows) {
    JsonArray cells;
    for (size_t c = 0; c < std::min(row.size(), kShownColumns); ++c) cells.emplace_back(row[c]);
    data.push_back(std::move(cells));
  }
  json["data"] = std::move(data);
  json["warnings"] = TextsOrNull(guess.warnings);
  json["chunk_size"] = kToldChunkSize;
  json["total_filtered_column_count"] = matching;
  json["custom_non_data_line_markers"] = TextOrNull(request.custom_non_data_line_markers);
  json["decrypt_tool"] = nullptr;
  json["partition_by"] = TextsOrNull(request.partition_by);
  json["escapechar"] = request.escapechar;
  json["force_col_types"] = request.force_col_types;
  json["tz_adjust_to_local"] = request.tz_adjust_to_local;
  return json;
}

Json ParseJobJson(const FileParseRequest& request, Json job) {
  JsonObject json = SchemaObject("ParseV3");
  json["_exclude_fields"] = "";
  json["destination_frame"] = KeyObject(KeyKind::kFrame, request.destination_frame);
  json["source_frames"] = KeysOf(request.source_frames);
  json["parse_type"] = request.parse_type;
  json["separator"] = request.separator;
  json["single_quotes"] = request.single_quotes;
  json["check_header"] = request.check_header;
  json["number_columns"] = request.number_columns;
  json["column_names"] = TextsOrNull(request.column_names);
  json["column_types"] = TextsOrNull(request.column_types);
  json["skipped_columns"] = NumbersOrNull(request.skipped_columns);
  json["force_col_types"] = request.force_col_types;
  json["domains"] = nullptr;
  json["na_strings"] = NaStringsJson(request.na_strings);
  json["chunk_size"] = request.chunk_size;
  json["delete_on_done"] = request.delete_on_done;
  json["blocking"] = request.blocking;
  json["decrypt_tool"] = nullptr;
  json["custom_non_data_line_markers"] = TextOrNull(request.custom_non_data_line_markers);
  json["partition_by"] = TextsOrNull(request.partition_by);
  json["job"] = std::move(job);
  json["rows"] = 0;
  json["escapechar"] = request.escapechar;
  json["tz_adjust_to_local"] = request.tz_adjust_to_local;
  return json;
}

}  // namespace thalweg
