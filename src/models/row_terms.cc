#include "models/row_terms.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"

namespace thalweg {
namespace {

template <class Accept>
std::vector<double> Read(const Frame& frame, const std::string& name, int64_t begin, int64_t end,
                         const char* what, const Accept& accept) {
  const size_t column = frame.IndexOf(name);
  const ColumnType type = frame.column(column).type();
  if (!IsNumeric(type) || type == ColumnType::kCategorical) {
    throw UserError(fmt::format("{} is {}; {} are numbers: parse it with --column_types {}=real",
                                name, ColumnTypeName(type), what, name));
  }
  std::vector<double> cells(static_cast<size_t>(end - begin));
  ReadCells(frame, column, begin, cells);
  for (size_t r = 0; r < cells.size(); ++r) {
    if (accept(cells[r])) continue;
    const int64_t row = begin + static_cast<int64_t>(r) + 1;
    throw UserError(
        std::isnan(cells[r])
            ? fmt::format("row {}: {} is missing; {} must be there in every row", row, name, what)
            : fmt::format("row {}: {} is {}; {} must be finite{}", row, name, cells[r], what,
                          cells[r] < 0 ? " and not negative" : ""));
  }
  return cells;
}

}  // namespace

std::vector<double> ReadWeights(const Frame& frame, const std::string& column, int64_t begin,
                                int64_t end) {
  return Read(frame, column, begin, end, "weights",
              [](double w) { return std::isfinite(w) && w >= 0; });
}

std::vector<double> ReadOffsets(const Frame& frame, const std::string& column, int64_t begin,
                                int64_t end) {
  return Read(frame, column, begin, end, "offsets", [](double o) { return std::isfinite(o); });
}

}  // namespace thalweg
