// Decimals: numbers m / 10^scale with a whole m, divided fast and correctly rounded.
//
// The quotient is fma(m, high, m * low), where high + low is 1 / 10^scale in two doubles. It is the
// correctly rounded one for every |m| <= 2^53 and scale <= 18:
//   - high + low is off by at most 2^-106 of its value, m * low is rounded by at most 2^-106 of m *
//     high, so what the fma rounds is off by less than 2^-104 of the quotient.
//   - A quotient that is neither a double nor halfway between two has a distance of at least
//     2^-54 / 5^18 > 2^-96 of its value from every double and from every such midpoint: m * 2^t -
//     M * 5^scale is a whole number for a midpoint M of at most 54 bits, and not 0.
//   - It is never halfway: then 5^scale would divide m, and m / 5^scale has at most 53 bits.
//
// Where there is no fma it is m * high + m * low for integers of few bits: with the last `bits`
// bits of high cut off, m * high is exact for |m| <= 2^bits. What was cut off is less than 2^(bits
// - 52) of the value; low, which holds it, and m * low are off by 2^-53 of that each. So what the
// addition rounds is off by less than 2^(bits - 104) + 2^-106, which is less than the distance
// 2^-54 / 5^scale of above if bits + log2(5) * scale <= 49.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace thalweg {

inline constexpr int kMaxScale = 18;
// Every integer up to this magnitude is a double.
inline constexpr int64_t kMaxMantissa = int64_t{1} << 53;

// Exact, as 5^18 < 2^53.
inline constexpr std::array<double, kMaxScale + 1> kPowersOfTen = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

struct Reciprocal {
  double high;  // the double nearest to 1 / 10^scale
  double low;   // the double nearest to what is left
};
inline constexpr std::array<Reciprocal, kMaxScale + 1> kReciprocals = {{
    {0x1.0000000000000p+0, 0x0.0p+0},
    {0x1.999999999999ap-4, -0x1.999999999999ap-58},
    {0x1.47ae147ae147bp-7, -0x1.eb851eb851eb8p-63},
    {0x1.0624dd2f1a9fcp-10, -0x1.89374bc6a7efap-66},
    {0x1.a36e2eb1c432dp-14, -0x1.6a161e4f765fep-68},
    {0x1.4f8b588e368f1p-17, -0x1.ee78183f91e64p-71},
    {0x1.0c6f7a0b5ed8dp-20, 0x1.b5a63f9a49c2cp-75},
    {0x1.ad7f29abcaf48p-24, 0x1.5e1e99483b023p-78},
    {0x1.5798ee2308c3ap-27, -0x1.03023df2d4c94p-82},
    {0x1.12e0be826d695p-30, -0x1.34674bfabb83bp-84},
    {0x1.b7cdfd9d7bdbbp-34, -0x1.20a5465df8d2cp-88},
    {0x1.5fd7fe1796495p-37, 0x1.7f7bc7b4d28aap-91},
    {0x1.19799812dea11p-40, 0x1.97f27f0f6e886p-96},
    {0x1.c25c268497682p-44, -0x1.ecd79a5a0df95p-99},
    {0x1.6849b86a12b9bp-47, 0x1.ea70909833de7p-107},
    {0x1.203af9ee75616p-50, -0x1.937831647f5a0p-104},
    {0x1.cd2b297d889bcp-54, 0x1.5b4c2ebe68799p-109},
    {0x1.70ef54646d497p-57, -0x1.db7b2080a3029p-111},
    {0x1.2725dd1d243acp-60, -0x1.7c628066e8ceep-114},
}};

// Whether there is one for |m| <= 2^bits.
constexpr bool HasShortReciprocal(int bits, int scale) {
  return 1000 * bits + 2322 * scale <= 49000;
}
inline Reciprocal ShortReciprocal(int bits, int scale) {
  const Reciprocal& full = kReciprocals[static_cast<size_t>(scale)];
  const uint64_t cut = ~((uint64_t{1} << std::min(bits, 52)) - 1);
  const double high = std::bit_cast<double>(std::bit_cast<uint64_t>(full.high) & cut);
  return {high, (full.high - high) + full.low};
}

// The double nearest to mantissa / 10^scale, |mantissa| <= kMaxMantissa where scale > 0.
inline double DecimalValue(int64_t mantissa, int scale) {
  const auto value = static_cast<double>(mantissa);
  return scale == 0 ? value : value / kPowersOfTen[static_cast<size_t>(scale)];
}

// mantissas[i] = m where values[i] is, bit by bit, m / 10^scale with |m| < 2^51, and the smallest
// int64 where it is NaN. Stops at a value that is neither and returns its position, or one a few
// places before it; values.size() if there is none.
size_t FindMantissas(std::span<const double> values, int scale, int64_t* mantissas);

// quotients[i] = mantissas[i] / 10^exponent where that leaves no rest and |mantissas[i]| < 2^51;
// the smallest int64 stays. Stops at one that is neither and returns its position, or one a few
// places before it; mantissas.size() if there is none. `exponent` is 1 … 18.
size_t DivideMantissas(std::span<const int64_t> mantissas, int exponent, int64_t* quotients);

}  // namespace thalweg
