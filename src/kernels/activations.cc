#include "kernels/activations.h"

#include <cmath>

#include "kernels/matrix.h"
#include "kernels/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/activations.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#ifndef THALWEG_KERNELS_ACTIVATION_TABLE
#define THALWEG_KERNELS_ACTIVATION_TABLE
namespace thalweg::internal {
template <class T>
struct ActivationTable {
  void (*rectifier)(const T*, T*, size_t);
  void (*tanh)(const T*, T*, size_t);
  void (*exp_rectifier)(const T*, T*, size_t);
  void (*rectifier_backward)(const T*, const T*, T*, size_t);
  void (*tanh_backward)(const T*, const T*, T*, size_t);
  void (*exp_rectifier_backward)(const T*, const T*, T*, size_t);
  T (*softmax)(const T*, T*, size_t);
};
}  // namespace thalweg::internal
#endif

HWY_BEFORE_NAMESPACE();
namespace thalweg::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
void Rectifier(const T* x, T* y, size_t count) {
  const hn::ScalableTag<T> d;
  const auto zero = hn::Zero(d);
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::Store(hn::Max(hn::Load(d, x + i), zero), d, y + i);
  }
}

template <class T>
void Tanh(const T* x, T* y, size_t count) {
  const hn::ScalableTag<T> d;
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::Store(hn::Tanh(d, hn::Load(d, x + i)), d, y + i);
  }
}

template <class T>
void ExpRectifier(const T* x, T* y, size_t count) {
  const hn::ScalableTag<T> d;
  const auto zero = hn::Zero(d);
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto v = hn::Load(d, x + i);
    const auto negative = hn::Expm1(d, hn::Min(v, zero));
    hn::Store(hn::IfThenElse(hn::Gt(v, zero), v, negative), d, y + i);
  }
}

template <class T>
void RectifierBackward(const T* y, const T* dy, T* dx, size_t count) {
  const hn::ScalableTag<T> d;
  const auto zero = hn::Zero(d);
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto active = hn::Gt(hn::Load(d, y + i), zero);
    hn::Store(hn::IfThenElseZero(active, hn::Load(d, dy + i)), d, dx + i);
  }
}

template <class T>
void TanhBackward(const T* y, const T* dy, T* dx, size_t count) {
  const hn::ScalableTag<T> d;
  const auto one = hn::Set(d, T{1});
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto v = hn::Load(d, y + i);
    hn::Store(hn::Mul(hn::NegMulAdd(v, v, one), hn::Load(d, dy + i)), d, dx + i);
  }
}

template <class T>
void ExpRectifierBackward(const T* y, const T* dy, T* dx, size_t count) {
  const hn::ScalableTag<T> d;
  const auto zero = hn::Zero(d);
  const auto one = hn::Set(d, T{1});
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto v = hn::Load(d, y + i);
    // e^x = y + 1 where y <= 0
    const auto slope = hn::Add(hn::Min(v, zero), one);
    hn::Store(hn::Mul(slope, hn::Load(d, dy + i)), d, dx + i);
  }
}

template <class T>
T Softmax(const T* x, T* p, size_t count) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  T largest = x[0];
  for (size_t i = 1; i < count; ++i) largest = x[i] > largest ? x[i] : largest;
  const auto shift = hn::Set(d, largest);
  auto sums = hn::Zero(d);
  for (size_t i = 0; i < count; i += lanes) {
    const auto inside = hn::FirstN(d, count - i);
    const auto e = hn::Exp(d, hn::Sub(hn::MaskedLoad(inside, d, x + i), shift));
    const auto kept = hn::IfThenElseZero(inside, e);
    hn::BlendedStore(kept, inside, d, p + i);
    sums = hn::Add(sums, kept);
  }
  const T sum = hn::GetLane(hn::SumOfLanes(d, sums));
  const T scale = T{1} / sum;
  for (size_t i = 0; i < count; ++i) p[i] *= scale;
  return largest + std::log(sum);
}

template <class T>
const ActivationTable<T>* Table() {
  static constexpr ActivationTable<T> kTable = {Rectifier<T>,
                                                Tanh<T>,
                                                ExpRectifier<T>,

                                                RectifierBackward<T>,
                                                TanhBackward<T>,
                                                ExpRectifierBackward<T>,

                                                Softmax<T>};
  return &kTable;
}
const ActivationTable<float>* FloatActivations() { return Table<float>(); }
const ActivationTable<double>* DoubleActivations() { return Table<double>(); }

}  // namespace thalweg::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace thalweg {
namespace internal {
HWY_EXPORT(FloatActivations);
HWY_EXPORT(DoubleActivations);

template <class T>
const ActivationTable<T>& Activations() {
  if constexpr (sizeof(T) == sizeof(float)) {
    return *HWY_DYNAMIC_DISPATCH(FloatActivations)();
  } else {
    return *HWY_DYNAMIC_DISPATCH(DoubleActivations)();
  }
}
}  // namespace internal

template <class T>
void Rectifier(const T* x, T* y, size_t count) {
  internal::Activations<T>().rectifier(x, y, count);
}
template <class T>
void Tanh(const T* x, T* y, size_t count) {
  internal::Activations<T>().tanh(x, y, count);
}
template <class T>
void ExpRectifier(const T* x, T* y, size_t count) {
  internal::Activations<T>().exp_rectifier(x, y, count);
}
template <class T>
void RectifierBackward(const T* y, const T* dy, T* dx, size_t count) {
  internal::Activations<T>().rectifier_backward(y, dy, dx, count);
}
template <class T>
void TanhBackward(const T* y, const T* dy, T* dx, size_t count) {
  internal::Activations<T>().tanh_backward(y, dy, dx, count);
}
template <class T>
void ExpRectifierBackward(const T* y, const T* dy, T* dx, size_t count) {
  internal::Activations<T>().exp_rectifier_backward(y, dy, dx, count);
}
template <class T>
T Softmax(const T* x, T* p, size_t count) {
  return internal::Activations<T>().softmax(x, p, count);
}

#define THALWEG_INSTANTIATE(T)                                        \
  template void Rectifier(const T*, T*, size_t);                      \
  template void Tanh(const T*, T*, size_t);                           \
  template void ExpRectifier(const T*, T*, size_t);                   \
  template void RectifierBackward(const T*, const T*, T*, size_t);    \
  template void TanhBackward(const T*, const T*, T*, size_t);         \
  template void ExpRectifierBackward(const T*, const T*, T*, size_t); \
  template T Softmax(const T*, T*, size_t)
THALWEG_INSTANTIATE(float);
THALWEG_INSTANTIATE(double);
#undef THALWEG_INSTANTIATE

}  // namespace thalweg
#endif
