#include "server/schemas/two_dim_table.h"

#include "base/error.h"
#include "server/schemas/meta.h"

namespace thalweg {

TwoDimTable& TwoDimTable::Add(std::string_view name, std::string_view type, std::string_view format,
                              JsonArray cells) {
  Check(data_.empty() || data_[0].as_array().size() == cells.size(), "columns of equal length");
  JsonObject column{{"__meta", JsonObject{{"schema_version", -1},
                                          {"schema_name", "ColumnSpecsBase"},
                                          {"schema_type", "Iced"}}},
                    {"name", name},
                    {"type", type},
                    {"format", format},
                    {"description", name}};
  columns_.push_back(std::move(column));
  data_.push_back(std::move(cells));
  return *this;
}

TwoDimTable& TwoDimTable::AddTexts(std::string_view name, const std::vector<std::string>& cells) {
  JsonArray texts;
  for (const std::string& cell : cells) texts.emplace_back(cell);
  return Add(name, "string", "%s", std::move(texts));
}

TwoDimTable& TwoDimTable::AddRowNames(const std::vector<std::string>& names) {
  return AddTexts("", names);
}

TwoDimTable& TwoDimTable::AddNoRowNames(size_t rows) {
  return AddTexts("", std::vector<std::string>(rows));
}

Json TwoDimTable::ToJson() const {
  JsonObject table = SchemaObject("TwoDimTableV3", "TwoDimTable");
  table["name"] = name_;
  table["description"] = description_;
  table["columns"] = columns_;
  table["rowcount"] = data_.empty() ? 0 : data_[0].as_array().size();
  table["data"] = data_;
  return table;
}

}  // namespace thalweg
