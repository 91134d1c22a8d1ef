#include "kernels/exact_sums.h"

#include <bit>

#include "kernels/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/exact_sums.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace thalweg::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr double kUnit = 0x1p40;  // multiples to one
constexpr double kMost = 0x1p51;  // so that a double holds all of their bits
// A number of this size has no bits behind the point: adding it rounds, and its lowest bits are the
// integer.
constexpr double kRounding = 0x1.8p52;

void AddMultiples(const float* HWY_RESTRICT x, double by, int64_t* HWY_RESTRICT sums,
                  size_t count) {
  const double factor = by * kUnit;
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> floats;
  const hn::Rebind<int64_t, decltype(d)> whole;
  const auto most = hn::Set(d, kMost);
  const auto least = hn::Set(d, -kMost);
  const auto rounding = hn::Set(d, kRounding);
  size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    auto v = hn::Mul(hn::PromoteTo(d, hn::LoadU(floats, x + i)), hn::Set(d, factor));
    v = hn::IfThenElse(hn::Ge(v, least), v, least);
    v = hn::IfThenElse(hn::Le(v, most), v, most);
    const auto bits = hn::BitCast(whole, hn::Add(v, rounding));
    const auto multiple = hn::Sub(bits, hn::BitCast(whole, rounding));
    hn::StoreU(hn::Add(hn::LoadU(whole, sums + i), multiple), whole, sums + i);
  }
  for (; i < count; ++i) {
    double v = static_cast<double>(x[i]) * factor;
    v = v >= -kMost ? v : -kMost;
    v = v <= kMost ? v : kMost;
    sums[i] += std::bit_cast<int64_t>(v + kRounding) - std::bit_cast<int64_t>(kRounding);
  }
}

void MultiplesToFloats(const int64_t* HWY_RESTRICT sums, float* HWY_RESTRICT out, size_t count) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> floats;
  const hn::Rebind<int64_t, decltype(d)> whole;
  const auto unit = hn::Set(d, 1 / kUnit);
  size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto v = hn::Mul(hn::ConvertTo(d, hn::LoadU(whole, sums + i)), unit);
    hn::StoreU(hn::DemoteTo(floats, v), floats, out + i);
  }
  for (; i < count; ++i) out[i] = static_cast<float>(static_cast<double>(sums[i]) * (1 / kUnit));
}

}  // namespace thalweg::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace thalweg {
namespace internal {
HWY_EXPORT(AddMultiples);
HWY_EXPORT(MultiplesToFloats);
void RunAddMultiples(const float* x, double by, int64_t* sums, size_t count) {
  HWY_DYNAMIC_DISPATCH(AddMultiples)(x, by, sums, count);
}
void RunMultiplesToFloats(const int64_t* sums, float* out, size_t count) {
  HWY_DYNAMIC_DISPATCH(MultiplesToFloats)(sums, out, count);
}
}  // namespace internal

void AddMultiples(const float* x, double by, int64_t* sums, size_t count) {
  internal::RunAddMultiples(x, by, sums, count);
}
void MultiplesToFloats(const int64_t* sums, float* out, size_t count) {
  internal::RunMultiplesToFloats(sums, out, count);
}

}  // namespace thalweg
#endif
