#include "models/explain/variable_importance.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/json.h"

namespace thalweg {

std::vector<VariableImportance> RankImportances(const std::vector<std::string>& names,
                                                const std::vector<double>& values) {
  Check(names.size() == values.size(), "one value per name");
  double largest = 0;
  double sum = 0;
  for (double value : values) {
    largest = std::max(largest, value);
    sum += std::max(value, 0.0);
  }
  std::vector<VariableImportance> table(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    table[i].variable = names[i];
    table[i].relative = values[i];
    if (largest <= 0) continue;
    table[i].scaled = values[i] / largest;
    table[i].percentage = std::max(values[i], 0.0) / sum;
  }
  std::stable_sort(table.begin(), table.end(),
                   [](const auto& a, const auto& b) { return a.relative > b.relative; });
  return table;
}

Json ImportancesToJson(const std::vector<VariableImportance>& table) {
  JsonArray rows;
  for (const VariableImportance& row : table) {
    rows.push_back(JsonObject{{"variable", row.variable},
                              {"relative_importance", JsonNumber(row.relative)},
                              {"scaled_importance", JsonNumber(row.scaled)},
                              {"percentage", JsonNumber(row.percentage)}});
  }
  return rows;
}

std::vector<VariableImportance> ImportancesFromJson(const Json& value) {
  std::vector<VariableImportance> table;
  for (const Json& row : value.as_array()) {
    table.push_back({boost::json::value_to<std::string>(row.at("variable")),
                     row.at("relative_importance").to_number<double>(),
                     row.at("scaled_importance").to_number<double>(),
                     row.at("percentage").to_number<double>()});
  }
  return table;
}

}  // namespace thalweg
