// Finds out whether reals are short decimals.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace thalweg::internal {

// A scale at which every cell that is not missing is exactly m / 10^scale with |m| < 2^51, and the
// mantissas (kMissingInt where missing): the smallest such scale of all. Nothing if there is none,
// or a cell is -0.0, infinite, or too large.
std::optional<int> FindDecimals(std::span<const double> cells, std::vector<int64_t>* mantissas);

// The largest power of ten that divides all mantissas (kMissingInt counts as divisible), at most
// 10^limit: its exponent and, if that is not 0, the quotients (missing ones stay).
int DropCommonZeros(std::span<const int64_t> mantissas, int limit, std::vector<int64_t>* quotients);

// The double nearest to m / 10^scale, also beyond 2^53; NaN for kMissingInt.
double RoundedDecimal(int64_t mantissa, int scale);

}  // namespace thalweg::internal
