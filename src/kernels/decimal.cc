#include "kernels/decimal.h"

#include <limits>

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/decimal.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace thalweg::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// A value of magnitude below 2^51 plus this one has its whole part, rounded to nearest, in the low
// bits of the sum.
constexpr double kRounder = 0x1.8p52;

size_t Mantissas(const double* values, size_t size, int scale, int64_t* mantissas) {
  const hn::ScalableTag<double> d;
  const hn::RebindToSigned<decltype(d)> di;
  const size_t lanes = hn::Lanes(d);
  const auto power = hn::Set(d, kPowersOfTen[static_cast<size_t>(scale)]);
  const auto rounder = hn::Set(d, kRounder);
  const auto limit = hn::Set(d, 0x1p51);
  const auto missing = hn::Set(di, std::numeric_limits<int64_t>::min());
#if HWY_NATIVE_FMA
  const auto high = hn::Set(d, kReciprocals[static_cast<size_t>(scale)].high);
  const auto low = hn::Set(d, kReciprocals[static_cast<size_t>(scale)].low);
#endif
  double padded[hn::MaxLanes(d)];
  int64_t padded_mantissas[hn::MaxLanes(d)];
  for (size_t i = 0; i < size; i += lanes) {
    const bool partial = size - i < lanes;
    if (partial) {
      for (size_t k = 0; k < lanes; ++k) padded[k] = i + k < size ? values[i + k] : 0;
    }
    const auto value = hn::LoadU(d, partial ? padded : values + i);
    const auto scaled = hn::Mul(value, power);
    const auto sum = hn::Add(scaled, rounder);
    const auto whole = hn::Sub(sum, rounder);
#if HWY_NATIVE_FMA
    const auto back = hn::MulAdd(whole, high, hn::Mul(whole, low));
#else
    const auto back = hn::Div(whole, power);
#endif
    // -0.0 comes back as 0.0, whose bits differ.
    const auto same =
        hn::And(hn::RebindMask(d, hn::Eq(hn::BitCast(di, back), hn::BitCast(di, value))),
                hn::Lt(hn::Abs(scaled), limit));
    const auto nan = hn::IsNaN(value);
    if (!hn::AllTrue(d, hn::Or(same, nan))) return i;
    const auto m = hn::Sub(hn::BitCast(di, sum), hn::BitCast(di, rounder));
    const auto out = hn::IfThenElse(hn::RebindMask(di, nan), missing, m);
    if (partial) {
      hn::StoreU(out, di, padded_mantissas);
      for (size_t k = 0; i + k < size; ++k) mantissas[i + k] = padded_mantissas[k];
    } else {
      hn::StoreU(out, di, mantissas + i);
    }
  }
  return size;
}

// In doubles, as few instruction sets multiply 64-bit integers. The quotient is off by less than
// 2^-4 before it is rounded; its product with the power is exact, being a whole number below 2^53
// or (where the power is larger than the mantissa) that power or 0.
size_t Quotients(const int64_t* mantissas, size_t size, int exponent, int64_t* quotients) {
  const hn::ScalableTag<double> d;
  const hn::RebindToSigned<decltype(d)> di;
  const hn::RebindToUnsigned<decltype(d)> du;
  const size_t lanes = hn::Lanes(d);
  const auto power = hn::Set(d, kPowersOfTen[static_cast<size_t>(exponent)]);
  const auto reciprocal = hn::Set(d, kReciprocals[static_cast<size_t>(exponent)].high);
  const auto rounder = hn::Set(d, kRounder);
  const auto rounder_bits = hn::BitCast(di, rounder);
  const auto missing = hn::Set(di, std::numeric_limits<int64_t>::min());
  const auto limit = hn::Set(di, int64_t{1} << 51);
  int64_t padded[hn::MaxLanes(d)];
  int64_t padded_quotients[hn::MaxLanes(d)];
  for (size_t i = 0; i < size; i += lanes) {
    const bool partial = size - i < lanes;
    if (partial) {
      for (size_t k = 0; k < lanes; ++k) padded[k] = i + k < size ? mantissas[i + k] : 0;
    }
    const auto mantissa = hn::LoadU(di, partial ? padded : mantissas + i);
    const auto value = hn::Sub(hn::BitCast(d, hn::Add(mantissa, rounder_bits)), rounder);
    const auto sum = hn::Add(hn::Mul(value, reciprocal), rounder);
    const auto back = hn::Mul(hn::Sub(sum, rounder), power);
    const auto beyond = hn::ShiftRight<52>(hn::BitCast(du, hn::Add(mantissa, limit)));
    const auto whole = hn::And(hn::RebindMask(di, hn::Eq(back, value)),
                               hn::RebindMask(di, hn::Eq(beyond, hn::Zero(du))));
    const auto none = hn::Eq(mantissa, missing);
    if (!hn::AllTrue(di, hn::Or(whole, none))) return i;
    const auto out = hn::IfThenElse(none, missing, hn::Sub(hn::BitCast(di, sum), rounder_bits));
    if (partial) {
      hn::StoreU(out, di, padded_quotients);
      for (size_t k = 0; i + k < size; ++k) quotients[i + k] = padded_quotients[k];
    } else {
      hn::StoreU(out, di, quotients + i);
    }
  }
  return size;
}

}  // namespace
}  // namespace thalweg::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace thalweg {

HWY_EXPORT(Mantissas);
HWY_EXPORT(Quotients);

size_t FindMantissas(std::span<const double> values, int scale, int64_t* mantissas) {
  return HWY_DYNAMIC_DISPATCH(Mantissas)(values.data(), values.size(), scale, mantissas);
}

size_t DivideMantissas(std::span<const int64_t> mantissas, int exponent, int64_t* quotients) {
  return HWY_DYNAMIC_DISPATCH(Quotients)(mantissas.data(), mantissas.size(), exponent, quotients);
}

}  // namespace thalweg
#endif  // HWY_ONCE
