#include "base/json.h"
#include "frame/types.h"
#include "ingest/parse.h"

namespace thalweg {
namespace {

JsonArray Strings(const std::vector<std::string>& texts) {
  JsonArray array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

JsonObject ColumnJson(const ColumnReport& column) {
  JsonObject object;
  object["name"] = column.name;
  object["type"] = ColumnTypeName(column.type);
  object["why"] = column.why;
  object["missing"] = column.missing;
  object["rejected"] = column.rejected;
  return object;
}

JsonObject RejectedJson(const RejectedCell& cell) {
  JsonObject object;
  object["file"] = cell.file;
  object["row"] = cell.row;
  object["line"] = cell.line;
  object["column"] = cell.column;
  object["text"] = cell.text;
  object["reason"] = cell.reason;
  return object;
}

}  // namespace

Json ParseReport::ToJson() const {
  JsonObject object;
  object["files"] = Strings(files);
  object["format"] = format;
  object["separator"] = separator;
  object["header"] = header;
  object["rows"] = rows;
  object["bytes"] = bytes;
  object["seconds"] = JsonNumber(seconds);
  JsonArray column_array;
  for (const ColumnReport& column : columns) column_array.emplace_back(ColumnJson(column));
  object["columns"] = std::move(column_array);
  JsonArray rejected_array;
  for (const RejectedCell& cell : rejected) rejected_array.emplace_back(RejectedJson(cell));
  object["rejected"] = std::move(rejected_array);
  object["warnings"] = Strings(warnings);
  object["hints"] = Strings(hints);
  return object;
}

}  // namespace thalweg
