#include "kernels/dropout.h"

#include <cmath>

#include "kernels/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dropout.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace thalweg::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The finalizer of MurmurHash3 (Appleby 2011) over a Weyl sequence, keyed before and between its
// multiplications.
template <class D, class V>
HWY_INLINE V Hash(D d, V counter, V low_key, V high_key) {
  auto h = hn::Add(hn::Mul(counter, hn::Set(d, 0x9e3779b9U)), low_key);
  h = hn::Xor(h, hn::ShiftRight<16>(h));
  h = hn::Add(hn::Mul(h, hn::Set(d, 0x85ebca6bU)), high_key);
  h = hn::Xor(h, hn::ShiftRight<13>(h));
  h = hn::Mul(h, hn::Set(d, 0xc2b2ae35U));
  return hn::Xor(h, hn::ShiftRight<16>(h));
}

template <class T>
void Drop(int32_t threshold, uint64_t key, size_t first, const T* x, T* y, size_t count, T scale) {
  const hn::ScalableTag<T> d;
  const hn::Rebind<uint32_t, decltype(d)> d32;
  const hn::RebindToSigned<decltype(d32)> di32;
  const auto low_key = hn::Set(d32, static_cast<uint32_t>(key));
  const auto high_key = hn::Set(d32, static_cast<uint32_t>(key >> 32));
  const auto first_kept = hn::Set(di32, threshold);
  const auto scales = hn::Set(d, scale);
  // Iota within the loop would go through memory each time.
  auto counter = hn::Iota(d32, static_cast<uint32_t>(first));
  const auto next = hn::Set(d32, static_cast<uint32_t>(hn::Lanes(d)));
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto h = hn::BitCast(di32, hn::ShiftRight<8>(Hash(d32, counter, low_key, high_key)));
    const auto value = hn::Mul(hn::Load(d, x + i), scales);
    if constexpr (sizeof(T) == sizeof(float)) {
      const auto dropped = hn::RebindMask(d, hn::Lt(h, first_kept));
      hn::Store(hn::IfThenZeroElse(dropped, value), d, y + i);
    } else {
      const auto dropped = hn::Lt(hn::PromoteTo(d, h), hn::Set(d, static_cast<double>(threshold)));
      hn::Store(hn::IfThenZeroElse(dropped, value), d, y + i);
    }
    counter = hn::Add(counter, next);
  }
}

void DropFloat(int32_t threshold, uint64_t key, size_t first, const float* x, float* y, size_t n,
               float scale) {
  Drop(threshold, key, first, x, y, n, scale);
}
void DropDouble(int32_t threshold, uint64_t key, size_t first, const double* x, double* y, size_t n,
                double scale) {
  Drop(threshold, key, first, x, y, n, scale);
}

template <class T>
void Noise(T scale, uint64_t key, size_t first, T* y, size_t count) {
  const hn::ScalableTag<T> d;
  const hn::Rebind<uint32_t, decltype(d)> d32;
  const hn::RebindToSigned<decltype(d32)> di32;
  const auto low_key = hn::Set(d32, static_cast<uint32_t>(key));
  const auto high_key = hn::Set(d32, static_cast<uint32_t>(key >> 32));
  const auto pairs = hn::Set(d32, 0x00ff00ffU);
  const auto low = hn::Set(d32, 0xffffU);
  const auto mean = hn::Set(di32, 510);
  const auto scales = hn::Set(d, scale);
  auto counter = hn::Iota(d32, static_cast<uint32_t>(first));
  const auto next = hn::Set(d32, static_cast<uint32_t>(hn::Lanes(d)));
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto h = Hash(d32, counter, low_key, high_key);
    const auto two = hn::Add(hn::And(h, pairs), hn::And(hn::ShiftRight<8>(h), pairs));
    const auto sum = hn::Add(hn::And(two, low), hn::ShiftRight<16>(two));
    const auto centred = hn::Sub(hn::BitCast(di32, sum), mean);
    // A product and a sum, never fused: the same to the bit on every instruction set.
    if constexpr (sizeof(T) == sizeof(float)) {
      hn::Store(hn::Add(hn::Load(d, y + i), hn::Mul(hn::ConvertTo(d, centred), scales)), d, y + i);
    } else {
      hn::Store(hn::Add(hn::Load(d, y + i), hn::Mul(hn::PromoteTo(d, centred), scales)), d, y + i);
    }
    counter = hn::Add(counter, next);
  }
}

void NoiseFloat(float scale, uint64_t key, size_t first, float* y, size_t n) {
  Noise(scale, key, first, y, n);
}
void NoiseDouble(double scale, uint64_t key, size_t first, double* y, size_t n) {
  Noise(scale, key, first, y, n);
}

}  // namespace thalweg::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace thalweg {
namespace internal {
HWY_EXPORT(DropFloat);
HWY_EXPORT(DropDouble);
HWY_EXPORT(NoiseFloat);
HWY_EXPORT(NoiseDouble);
namespace {
int32_t Threshold(double ratio) { return static_cast<int32_t>(std::lround(ratio * 0x1p24)); }
void Dispatch(double ratio, uint64_t key, size_t first, const float* x, float* y, size_t n) {
  HWY_DYNAMIC_DISPATCH(DropFloat)
  (Threshold(ratio), key, first, x, y, n, static_cast<float>(1 / (1 - ratio)));
}
void Dispatch(double ratio, uint64_t key, size_t first, const double* x, double* y, size_t n) {
  HWY_DYNAMIC_DISPATCH(DropDouble)(Threshold(ratio), key, first, x, y, n, 1 / (1 - ratio));
}
// Of the sum of four uniform bytes: sqrt(4 (256^2 - 1) / 12).
const double kDeviation = std::sqrt(65535.0 / 3);
void DispatchNoise(double deviation, uint64_t key, size_t first, float* y, size_t n) {
  HWY_DYNAMIC_DISPATCH(NoiseFloat)
  (static_cast<float>(deviation / kDeviation), key, first, y, n);
}
void DispatchNoise(double deviation, uint64_t key, size_t first, double* y, size_t n) {
  HWY_DYNAMIC_DISPATCH(NoiseDouble)(deviation / kDeviation, key, first, y, n);
}
}  // namespace
}  // namespace internal

template <class T>
void Dropout(double ratio, uint64_t key, size_t first, const T* x, T* y, size_t count) {
  internal::Dispatch(ratio, key, first, x, y, count);
}
template void Dropout(double, uint64_t, size_t, const float*, float*, size_t);
template void Dropout(double, uint64_t, size_t, const double*, double*, size_t);

template <class T>
void AddNoise(double deviation, uint64_t key, size_t first, T* y, size_t count) {
  internal::DispatchNoise(deviation, key, first, y, count);
}
template void AddNoise(double, uint64_t, size_t, float*, size_t);
template void AddNoise(double, uint64_t, size_t, double*, size_t);

}  // namespace thalweg
#endif
