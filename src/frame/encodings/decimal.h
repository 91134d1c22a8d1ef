// Decimals: cells that are a whole number divided by a power of ten.
#pragma once

#include <array>
#include <cstdint>

namespace thalweg::internal {

inline constexpr int kMaxScale = 18;
// Every integer up to this magnitude is a double.
inline constexpr int64_t kMaxMantissa = int64_t{1} << 53;

// Exact: 5^18 < 2^53.
inline constexpr std::array<double, kMaxScale + 1> kPowersOfTen = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

// The cell that a mantissa stands for. |mantissa| <= kMaxMantissa where scale > 0.
inline double DecimalValue(int64_t mantissa, int scale) {
  const auto value = static_cast<double>(mantissa);
  return scale == 0 ? value : value / kPowersOfTen[static_cast<size_t>(scale)];
}

}  // namespace thalweg::internal
