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

// The largest power of ten that divides all mantissas, at most `limit`, by its exponent.
int CommonPowerOfTen(std::span<const int64_t> mantissas, int limit);
// Divides mantissas by a power of ten that divides them all; missing ones stay.
void DivideByPowerOfTen(int exponent, std::span<int64_t> mantissas);

// The double nearest to m / 10^scale, also beyond 2^53; NaN for kMissingInt.
double RoundedDecimal(int64_t mantissa, int scale);

}  // namespace thalweg::internal
