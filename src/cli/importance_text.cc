#include "cli/importance_text.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "cli/table.h"

namespace thalweg {

std::string Bar(double share) {
  constexpr double kLength = 20;
  std::string bar;
  for (int i = 0; i < std::lround(kLength * share); ++i) bar += "█";
  return bar;
}

std::string ImportancesText(std::span<const VariableImportance> table, size_t most) {
  std::vector<std::vector<std::string>> rows;
  for (const VariableImportance& row : table.first(std::min(most, table.size()))) {
    rows.push_back({Printable(row.variable), fmt::format("{:.4g}", row.relative),
                    fmt::format("{:.4f}", row.scaled),
                    fmt::format("{:.2f} %", 100 * row.percentage), Bar(row.scaled)});
  }
  std::string text = FormatTable(
      {{"variable"}, {"relative", true}, {"scaled", true}, {"percentage", true}, {""}}, rows, 64);
  if (most < table.size()) text += fmt::format("… and {} more\n", table.size() - most);
  return text;
}

}  // namespace thalweg
