#include "kernels/measure.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/measure.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace thalweg::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Adds values first … size - 1, size - first being a multiple of the lanes and first > 0.
void Integers(const int64_t* values, size_t first, size_t size, IntegerMeasures* measures) {
  const hn::ScalableTag<int64_t> d;
  const size_t lanes = hn::Lanes(d);
  const auto smallest = hn::Set(d, std::numeric_limits<int64_t>::min());
  const auto largest = hn::Set(d, std::numeric_limits<int64_t>::max());
  const auto zero = hn::Zero(d);
  auto min = largest;
  auto max = smallest;
  uint64_t missing = 0;
  uint64_t zeros = 0;
  uint64_t same = 0;
  for (size_t i = first; i < size; i += lanes) {
    const auto cells = hn::LoadU(d, values + i);
    const auto is_missing = hn::Eq(cells, smallest);
    max = hn::Max(max, cells);
    min = hn::Min(min, hn::IfThenElse(is_missing, largest, cells));
    missing += hn::CountTrue(d, is_missing);
    zeros += hn::CountTrue(d, hn::Eq(cells, zero));
    same += hn::CountTrue(d, hn::Eq(cells, hn::LoadU(d, values + i - 1)));
  }
  measures->min = std::min(measures->min, hn::GetLane(hn::MinOfLanes(d, min)));
  measures->max = std::max(measures->max, hn::GetLane(hn::MaxOfLanes(d, max)));
  measures->missing += missing;
  measures->zeros += zeros;
  measures->changes += size - first - same;
}

void Doubles(const double* values, size_t first, size_t size, DoubleMeasures* measures) {
  const hn::ScalableTag<double> d;
  const hn::RebindToSigned<decltype(d)> di;
  const hn::Rebind<float, decltype(d)> df;
  const size_t lanes = hn::Lanes(d);
  const auto limit = hn::Set(d, 0x1p63);
  const auto negative_zero = hn::BitCast(di, hn::Set(d, -0.0));
  auto floats = hn::FirstN(d, lanes);
  auto integral = floats;
  auto not_negative_zero = hn::FirstN(di, lanes);
  uint64_t missing = 0;
  uint64_t zeros = 0;
  uint64_t same = 0;
  for (size_t i = first; i < size; i += lanes) {
    const auto cells = hn::LoadU(d, values + i);
    const auto bits = hn::BitCast(di, cells);
    const auto nan = hn::IsNaN(cells);
    missing += hn::CountTrue(d, nan);
    zeros += hn::CountTrue(di, hn::Eq(bits, hn::Zero(di)));
    same += hn::CountTrue(di, hn::Eq(bits, hn::BitCast(di, hn::LoadU(d, values + i - 1))));
    const auto back = hn::PromoteTo(d, hn::DemoteTo(df, cells));
    // The scalar target clamps infinities to the largest float.
    floats = hn::And(floats, hn::Or(hn::Or(nan, hn::IsInf(cells)), hn::Eq(back, cells)));
    const auto whole = hn::And(hn::Eq(hn::Trunc(cells), cells), hn::Lt(hn::Abs(cells), limit));
    integral = hn::And(integral, hn::Or(nan, whole));
    not_negative_zero = hn::And(not_negative_zero, hn::Ne(bits, negative_zero));
  }
  measures->missing += missing;
  measures->zeros += zeros;
  measures->changes += size - first - same;
  measures->floats = measures->floats && hn::AllTrue(d, floats);
  measures->integral = measures->integral && hn::AllTrue(d, integral);
  measures->negative_zero = measures->negative_zero || !hn::AllTrue(di, not_negative_zero);
}

size_t VectorLanes() { return hn::Lanes(hn::ScalableTag<double>()); }

}  // namespace
}  // namespace thalweg::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace thalweg {

HWY_EXPORT(Integers);
HWY_EXPORT(Doubles);
HWY_EXPORT(VectorLanes);

namespace {

// The first of the values that whole vectors at the end cover; those before it go one by one.
size_t FirstInVectors(size_t size) {
  if (size == 0) return 0;
  return 1 + (size - 1) % HWY_DYNAMIC_DISPATCH(VectorLanes)();
}

}  // namespace

IntegerMeasures MeasureIntegers(std::span<const int64_t> values) {
  IntegerMeasures measures;
  const size_t first = FirstInVectors(values.size());
  for (size_t i = 0; i < first; ++i) {
    const int64_t value = values[i];
    measures.changes += i > 0 && value != values[i - 1] ? 1 : 0;
    if (value == std::numeric_limits<int64_t>::min()) {
      ++measures.missing;
      continue;
    }
    measures.min = std::min(measures.min, value);
    measures.max = std::max(measures.max, value);
    measures.zeros += value == 0 ? 1 : 0;
  }
  HWY_DYNAMIC_DISPATCH(Integers)(values.data(), first, values.size(), &measures);
  return measures;
}

DoubleMeasures MeasureDoubles(std::span<const double> values) {
  DoubleMeasures measures;
  const size_t first = FirstInVectors(values.size());
  for (size_t i = 0; i < first; ++i) {
    const double value = values[i];
    const auto bits = std::bit_cast<uint64_t>(value);
    measures.changes += i > 0 && bits != std::bit_cast<uint64_t>(values[i - 1]) ? 1 : 0;
    if (std::isnan(value)) {
      ++measures.missing;
      continue;
    }
    measures.zeros += bits == 0 ? 1 : 0;
    measures.floats = measures.floats && static_cast<double>(static_cast<float>(value)) == value;
    measures.integral = measures.integral && std::abs(value) < 0x1p63 && std::trunc(value) == value;
    measures.negative_zero = measures.negative_zero || bits == uint64_t{1} << 63;
  }
  HWY_DYNAMIC_DISPATCH(Doubles)(values.data(), first, values.size(), &measures);
  return measures;
}

}  // namespace thalweg
#endif  // HWY_ONCE
