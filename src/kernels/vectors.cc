#include "kernels/vectors.h"

#include "kernels/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/vectors.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef THALWEG_KERNELS_VECTOR_TABLE
#define THALWEG_KERNELS_VECTOR_TABLE
namespace thalweg::internal {
template <class T>
struct VectorTable {
  void (*add_scaled)(T, const T*, T*, size_t);
  void (*sum_rows)(ConstMatrixView<T>, T*);
  void (*add_squares)(ConstMatrixView<T>, T*);
  void (*multiply_by)(const T*, T*, size_t);
};
}  // namespace thalweg::internal
#endif

HWY_BEFORE_NAMESPACE();
namespace thalweg::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
void AddScaled(T a, const T* HWY_RESTRICT x, T* HWY_RESTRICT y, size_t count) {
  const hn::ScalableTag<T> d;
  const auto factor = hn::Set(d, a);
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::Store(hn::MulAdd(factor, hn::Load(d, x + i), hn::Load(d, y + i)), d, y + i);
  }
}

template <class T>
void SumRows(ConstMatrixView<T> m, T* HWY_RESTRICT out) {
  const hn::ScalableTag<T> d;
  for (size_t i = 0; i < m.columns; i += hn::Lanes(d)) {
    auto sum = hn::Zero(d);
    for (size_t r = 0; r < m.rows; ++r) sum = hn::Add(sum, hn::Load(d, m.row(r) + i));
    hn::Store(sum, d, out + i);
  }
}

template <class T>
void AddSquares(ConstMatrixView<T> m, T* HWY_RESTRICT out) {
  const hn::ScalableTag<T> d;
  for (size_t i = 0; i < m.columns; i += hn::Lanes(d)) {
    auto sum = hn::Load(d, out + i);
    for (size_t r = 0; r < m.rows; ++r) {
      const auto v = hn::Load(d, m.row(r) + i);
      sum = hn::MulAdd(v, v, sum);
    }
    hn::Store(sum, d, out + i);
  }
}

template <class T>
void MultiplyBy(const T* HWY_RESTRICT x, T* HWY_RESTRICT y, size_t count) {
  const hn::ScalableTag<T> d;
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::Store(hn::Mul(hn::Load(d, x + i), hn::Load(d, y + i)), d, y + i);
  }
}

void StandardizeBytes(const uint8_t* HWY_RESTRICT x, const float* HWY_RESTRICT scale,
                      const float* HWY_RESTRICT shift, const float* HWY_RESTRICT missing,
                      float* HWY_RESTRICT out, size_t count) {
  size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<float> d;
  const hn::Rebind<uint8_t, decltype(d)> d8;
  const hn::Rebind<int32_t, decltype(d)> d32;
  const auto missing_code = hn::Set(d32, kMissingByte);
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto code = hn::PromoteTo(d32, hn::LoadU(d8, x + i));
    auto value =
        hn::Add(hn::Mul(hn::ConvertTo(d, code), hn::Load(d, scale + i)), hn::Load(d, shift + i));
    if (missing != nullptr) {
      const auto absent = hn::RebindMask(d, hn::Eq(code, missing_code));
      value = hn::IfThenElse(absent, hn::Load(d, missing + i), value);
    }
    hn::Store(value, d, out + i);
  }
#endif
  for (; i < count; ++i) {
    const bool absent = missing != nullptr && x[i] == kMissingByte;
    out[i] = absent ? missing[i] : static_cast<float>(x[i]) * scale[i] + shift[i];
  }
}

template <class T>
const VectorTable<T>* Table() {
  static constexpr VectorTable<T> kTable = {AddScaled<T>, SumRows<T>, AddSquares<T>, MultiplyBy<T>};
  return &kTable;
}
const VectorTable<float>* FloatVectors() { return Table<float>(); }
const VectorTable<double>* DoubleVectors() { return Table<double>(); }

}  // namespace thalweg::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace thalweg {
namespace internal {
HWY_EXPORT(FloatVectors);
HWY_EXPORT(DoubleVectors);
HWY_EXPORT(StandardizeBytes);

template <class T>
const VectorTable<T>& Vectors() {
  if constexpr (sizeof(T) == sizeof(float)) {
    return *HWY_DYNAMIC_DISPATCH(FloatVectors)();
  } else {
    return *HWY_DYNAMIC_DISPATCH(DoubleVectors)();
  }
}
}  // namespace internal

template <class T>
void AddScaled(T a, const T* x, T* y, size_t count) {
  internal::Vectors<T>().add_scaled(a, x, y, count);
}
template <class T>
void SumRows(ConstMatrixView<T> m, T* out) {
  internal::Vectors<T>().sum_rows(m, out);
}
template <class T>
void AddSquares(ConstMatrixView<T> m, T* out) {
  internal::Vectors<T>().add_squares(m, out);
}
template <class T>
void MultiplyBy(const T* x, T* y, size_t count) {
  internal::Vectors<T>().multiply_by(x, y, count);
}
namespace internal {
void RunStandardize(const uint8_t* x, const float* scale, const float* shift, const float* missing,
                    float* out, size_t count) {
  HWY_DYNAMIC_DISPATCH(StandardizeBytes)(x, scale, shift, missing, out, count);
}
}  // namespace internal

void Standardize(const uint8_t* x, const float* scale, const float* shift, const float* missing,
                 float* out, size_t count) {
  internal::RunStandardize(x, scale, shift, missing, out, count);
}

#define THALWEG_INSTANTIATE(T)                      \
  template void AddScaled(T, const T*, T*, size_t); \
  template void SumRows(ConstMatrixView<T>, T*);    \
  template void AddSquares(ConstMatrixView<T>, T*); \
  template void MultiplyBy(const T*, T*, size_t)
THALWEG_INSTANTIATE(float);
THALWEG_INSTANTIATE(double);
#undef THALWEG_INSTANTIATE

}  // namespace thalweg
#endif
