// The first act of compression: measuring the cells.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "frame/encodings/cells.h"

namespace thalweg::internal {

CellStats Analyze(const Cells& cells);

// The smallest scale at which every cell that is not missing is exactly m / 10^scale with
// |m| <= 2^53, and the mantissas (kMissingInt where missing); nothing if there is none or a cell is
// -0.0.
std::optional<int> FindDecimals(std::span<const double> cells, std::vector<int64_t>* mantissas);

// The double nearest to m / 10^scale, also beyond 2^53; NaN for kMissingInt.
double RoundedDecimal(int64_t mantissa, int scale);

}  // namespace thalweg::internal
