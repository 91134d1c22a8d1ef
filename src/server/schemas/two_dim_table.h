// TwoDimTableV3: how the wire format carries tables, column by column.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace thalweg {

// All columns added must be equally long; types are those that the clients know: "string", "int",
// "long", "double", "float".
class TwoDimTable {
 public:
  explicit TwoDimTable(std::string name, std::string description = "")
      : name_(std::move(name)), description_(std::move(description)) {}

  // Cells as they go out: numbers, texts, null, or "NaN".
  TwoDimTable& Add(std::string_view name, std::string_view type, std::string_view format,
                   JsonArray cells);
  TwoDimTable& AddTexts(std::string_view name, const std::vector<std::string>& cells);
  // The nameless first column of tables whose rows have names, or none.
  TwoDimTable& AddRowNames(const std::vector<std::string>& names);
  TwoDimTable& AddNoRowNames(size_t rows);
  Json ToJson() const;

 private:
  std::string name_;
  std::string description_;
  JsonArray columns_;
  JsonArray data_;
};

}  // namespace thalweg
