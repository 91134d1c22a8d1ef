#include "kernels/optimizer_steps.h"

#include <algorithm>
#include <limits>

#include "kernels/matrix.h"
#include "kernels/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/optimizer_steps.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef THALWEG_KERNELS_STEP_TABLE
#define THALWEG_KERNELS_STEP_TABLE
namespace thalweg::internal {
template <class T>
struct StepTable {
  void (*adadelta)(const AdadeltaStep&, const T*, T, T*, T*, T*, size_t);
  void (*momentum)(const MomentumStep&, const T*, T, T*, T*, size_t);
  void (*descent)(const MomentumStep&, const T*, T, T*, size_t);
  void (*rmsprop)(const RmspropStep&, const T*, T, T*, T*, size_t);
  void (*adam)(const AdamStep&, const T*, T, T*, T*, T*, size_t);
};
}  // namespace thalweg::internal
#endif

HWY_BEFORE_NAMESPACE();
namespace thalweg::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D, class V, class T>
HWY_INLINE V Gradient(D d, const Penalties& p, V w, const T* gradient, V factor) {
  auto g = hn::Mul(hn::Load(d, gradient), factor);
  if (p.l2 != 0) g = hn::MulAdd(hn::Set(d, static_cast<T>(p.l2)), w, g);
  if (p.l1 != 0) {
    const auto pull = hn::CopySign(hn::Set(d, static_cast<T>(p.l1)), w);
    g = hn::Add(g, hn::IfThenZeroElse(hn::Eq(w, hn::Zero(d)), pull));
  }
  return g;
}

// sqrt(a / b)
template <bool kApproximate, class D, class V>
HWY_INLINE V RootOfRatio([[maybe_unused]] D d, V a, V b) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4
  if constexpr (kApproximate && sizeof(hn::TFromD<D>) == sizeof(float)) {
    const auto product = hn::Mul(a, b);
    const auto estimate = hn::ApproximateReciprocalSqrt(product);
    const auto half = hn::Mul(product, hn::Set(d, 0.5F));
    const auto correction = hn::NegMulAdd(hn::Mul(half, estimate), estimate, hn::Set(d, 1.5F));
    return hn::Mul(hn::Mul(a, estimate), correction);
  }
#endif
  return hn::Sqrt(hn::Div(a, b));
}

template <bool kApproximate, bool kPenalties, class T>
void AdadeltaLoop(const AdadeltaStep& step, const T* HWY_RESTRICT gradient, T factor,
                  T* HWY_RESTRICT w, T* HWY_RESTRICT mean_squares,
                  T* HWY_RESTRICT mean_square_steps, size_t count) {
  const hn::ScalableTag<T> d;
  const auto rho = hn::Set(d, static_cast<T>(step.rho));
  const auto rest = hn::Set(d, static_cast<T>(1 - step.rho));
  const auto epsilon = hn::Set(d, static_cast<T>(step.epsilon));
  const auto rate = hn::Set(d, static_cast<T>(step.rate));
  const auto factors = hn::Set(d, factor);
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto old = hn::Load(d, w + i);
    const auto g = kPenalties ? Gradient(d, step.penalties, old, gradient + i, factors)
                              : hn::Mul(hn::Load(d, gradient + i), factors);
    const auto squares =
        hn::MulAdd(hn::Mul(rest, g), g, hn::Mul(rho, hn::Load(d, mean_squares + i)));
    const auto steps = hn::Load(d, mean_square_steps + i);
    const auto ratio =
        RootOfRatio<kApproximate>(d, hn::Add(steps, epsilon), hn::Add(squares, epsilon));
    const auto change = hn::Mul(ratio, g);
    hn::Store(squares, d, mean_squares + i);
    hn::Store(hn::MulAdd(hn::Mul(rest, change), change, hn::Mul(rho, steps)), d,
              mean_square_steps + i);
    hn::Store(hn::NegMulAdd(rate, change, old), d, w + i);
  }
}

template <class T>
void Adadelta(const AdadeltaStep& step, const T* gradient, T factor, T* w, T* mean_squares,
              T* mean_square_steps, size_t count) {
  constexpr double kSmallest = 1e-15;  // its square is a normal float
  const bool penalties = step.penalties.l1 != 0 || step.penalties.l2 != 0;
  const auto loop = step.epsilon < kSmallest
                        ? AdadeltaLoop<false, true, T>
                        : (penalties ? AdadeltaLoop<true, true, T> : AdadeltaLoop<true, false, T>);
  loop(step, gradient, factor, w, mean_squares, mean_square_steps, count);
}

template <class T>
void Momentum(const MomentumStep& step, const T* HWY_RESTRICT gradient, T factor, T* HWY_RESTRICT w,
              T* HWY_RESTRICT velocity, size_t count) {
  const hn::ScalableTag<T> d;
  const auto momentum = hn::Set(d, static_cast<T>(step.momentum));
  const auto rate = hn::Set(d, static_cast<T>(step.rate));
  const auto factors = hn::Set(d, factor);
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto old = hn::Load(d, w + i);
    const auto pull = hn::Mul(rate, Gradient(d, step.penalties, old, gradient + i, factors));
    const auto v = hn::MulSub(momentum, hn::Load(d, velocity + i), pull);
    hn::Store(v, d, velocity + i);
    const auto change = step.nesterov ? hn::MulSub(momentum, v, pull) : v;
    hn::Store(hn::Add(old, change), d, w + i);
  }
}

template <class T>
void Descent(const MomentumStep& step, const T* HWY_RESTRICT gradient, T factor, T* HWY_RESTRICT w,
             size_t count) {
  const hn::ScalableTag<T> d;
  const auto rate = hn::Set(d, static_cast<T>(step.rate));
  const auto factors = hn::Set(d, factor);
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto old = hn::Load(d, w + i);
    const auto g = Gradient(d, step.penalties, old, gradient + i, factors);
    hn::Store(hn::NegMulAdd(rate, g, old), d, w + i);
  }
}

// A divisor that is never 0.
template <class T>
T Positive(double epsilon) {
  return std::max(static_cast<T>(epsilon), std::numeric_limits<T>::min());
}

template <class T>
void Rmsprop(const RmspropStep& step, const T* HWY_RESTRICT gradient, T factor, T* HWY_RESTRICT w,
             T* HWY_RESTRICT squares, size_t count) {
  const hn::ScalableTag<T> d;
  const auto rate = hn::Set(d, static_cast<T>(step.rate));
  const auto keep = hn::Set(d, static_cast<T>(step.keep));
  const auto share = hn::Set(d, static_cast<T>(step.share));
  const auto epsilon = hn::Set(d, Positive<T>(step.epsilon));
  const auto factors = hn::Set(d, factor);
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto old = hn::Load(d, w + i);
    const auto g = Gradient(d, step.penalties, old, gradient + i, factors);
    const auto s = hn::MulAdd(hn::Mul(share, g), g, hn::Mul(keep, hn::Load(d, squares + i)));
    hn::Store(s, d, squares + i);
    const auto change = hn::Div(g, hn::Add(hn::Sqrt(s), epsilon));
    hn::Store(hn::NegMulAdd(rate, change, old), d, w + i);
  }
}

template <class T>
void Adam(const AdamStep& step, const T* HWY_RESTRICT gradient, T factor, T* HWY_RESTRICT w,
          T* HWY_RESTRICT mean, T* HWY_RESTRICT squares, size_t count) {
  const hn::ScalableTag<T> d;
  const auto rate = hn::Set(d, static_cast<T>(step.rate));
  const auto beta1 = hn::Set(d, static_cast<T>(step.beta1));
  const auto rest1 = hn::Set(d, static_cast<T>(1 - step.beta1));
  const auto beta2 = hn::Set(d, static_cast<T>(step.beta2));
  const auto rest2 = hn::Set(d, static_cast<T>(1 - step.beta2));
  const auto root_scale = hn::Set(d, static_cast<T>(step.root_scale));
  const auto epsilon = hn::Set(d, Positive<T>(step.epsilon));
  const auto keep = hn::Set(d, static_cast<T>(1 - step.decay));
  const auto factors = hn::Set(d, factor);
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto old = hn::Load(d, w + i);
    const auto g = Gradient(d, step.penalties, old, gradient + i, factors);
    const auto m = hn::MulAdd(rest1, g, hn::Mul(beta1, hn::Load(d, mean + i)));
    const auto s = hn::MulAdd(hn::Mul(rest2, g), g, hn::Mul(beta2, hn::Load(d, squares + i)));
    hn::Store(m, d, mean + i);
    hn::Store(s, d, squares + i);
    const auto change = hn::Div(hn::Mul(rate, m), hn::MulAdd(root_scale, hn::Sqrt(s), epsilon));
    hn::Store(hn::MulSub(keep, old, change), d, w + i);
  }
}

template <class T>
const StepTable<T>* Table() {
  static constexpr StepTable<T> kTable = {Adadelta<T>, Momentum<T>, Descent<T>, Rmsprop<T>,
                                          Adam<T>};
  return &kTable;
}
const StepTable<float>* FloatSteps() { return Table<float>(); }
const StepTable<double>* DoubleSteps() { return Table<double>(); }

}  // namespace thalweg::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace thalweg {
namespace internal {
HWY_EXPORT(FloatSteps);
HWY_EXPORT(DoubleSteps);

template <class T>
const StepTable<T>& Steps() {
  if constexpr (sizeof(T) == sizeof(float)) {
    return *HWY_DYNAMIC_DISPATCH(FloatSteps)();
  } else {
    return *HWY_DYNAMIC_DISPATCH(DoubleSteps)();
  }
}
}  // namespace internal

template <class T>
void ApplyAdadelta(const AdadeltaStep& step, const T* gradient, T factor, T* w, T* mean_squares,
                   T* mean_square_steps, size_t count) {
  internal::Steps<T>().adadelta(step, gradient, factor, w, mean_squares, mean_square_steps, count);
}
template <class T>
void ApplyMomentum(const MomentumStep& step, const T* gradient, T factor, T* w, T* velocity,
                   size_t count) {
  internal::Steps<T>().momentum(step, gradient, factor, w, velocity, count);
}
template <class T>
void ApplyDescent(const MomentumStep& step, const T* gradient, T factor, T* w, size_t count) {
  internal::Steps<T>().descent(step, gradient, factor, w, count);
}

template <class T>
void ApplyRmsprop(const RmspropStep& step, const T* gradient, T factor, T* w, T* squares,
                  size_t count) {
  internal::Steps<T>().rmsprop(step, gradient, factor, w, squares, count);
}
template <class T>
void ApplyAdam(const AdamStep& step, const T* gradient, T factor, T* w, T* mean, T* squares,
               size_t count) {
  internal::Steps<T>().adam(step, gradient, factor, w, mean, squares, count);
}

#define THALWEG_INSTANTIATE(T)                                                       \
  template void ApplyAdadelta(const AdadeltaStep&, const T*, T, T*, T*, T*, size_t); \
  template void ApplyMomentum(const MomentumStep&, const T*, T, T*, T*, size_t);     \
  template void ApplyDescent(const MomentumStep&, const T*, T, T*, size_t);          \
  template void ApplyRmsprop(const RmspropStep&, const T*, T, T*, T*, size_t);       \
  template void ApplyAdam(const AdamStep&, const T*, T, T*, T*, T*, size_t)
THALWEG_INSTANTIATE(float);
THALWEG_INSTANTIATE(double);
#undef THALWEG_INSTANTIATE

}  // namespace thalweg
#endif
