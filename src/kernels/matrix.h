// Matrices in row-major order, and the memory they live in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

namespace thalweg {

// The widest vector, one cache line. Rows of a Matrix start at such an address and are padded to
// a multiple of it.
inline constexpr size_t kVectorBytes = 64;

// The smallest number of elements >= count that fills whole vectors.
template <class T>
constexpr size_t PaddedCount(size_t count) {
  constexpr size_t kLanes = kVectorBytes / sizeof(T);
  return (count + kLanes - 1) / kLanes * kLanes;
}

namespace internal {
// At least `bytes` of zeros, aligned to kVectorBytes (from 256 KB on: to huge pages of 2 MB, and
// the system is asked for such).
void* AllocateZeros(size_t bytes);
void ReleaseZeros(void* memory);
struct ReleaseZerosDeleter {
  void operator()(void* memory) const { ReleaseZeros(memory); }
};
}  // namespace internal

// Not owning. Element (r, c) is data[r * stride + c]; stride >= columns.
template <class T>
struct MatrixView {
  T* data = nullptr;
  size_t rows = 0;
  size_t columns = 0;
  size_t stride = 0;

  T* row(size_t r) const { return data + r * stride; }
  MatrixView Rows(size_t begin, size_t end) const {
    return {row(begin), end - begin, columns, stride};
  }
  MatrixView Columns(size_t begin, size_t end) const {
    return {data + begin, rows, end - begin, stride};
  }
  // NOLINTNEXTLINE(google-explicit-constructor): as T* becomes const T*
  operator MatrixView<const T>() const requires(!std::is_const_v<T>) {
    return {data, rows, columns, stride};
  }
};

template <class T>
using ConstMatrixView = MatrixView<const T>;

// Owns its elements, which start as zeros. Row padding is zero and stays so: kernels over rows may
// read and write whole vectors. The stride avoids multiples of 4096 bytes, which would put the
// elements of a column into few sets of the caches.
template <class T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(size_t rows, size_t columns) : rows_(rows), columns_(columns) {
    stride_ = PaddedCount<T>(columns);
    if (rows > 1 && stride_ * sizeof(T) % 2048 == 0) stride_ += kVectorBytes / sizeof(T);
    data_.reset(
        static_cast<T*>(internal::AllocateZeros(std::max<size_t>(1, rows * stride_) * sizeof(T))));
  }
  Matrix(const Matrix& other) : Matrix(other.rows_, other.columns_) {
    std::copy_n(other.data_.get(), rows_ * stride_, data_.get());
  }
  Matrix(Matrix&&) noexcept = default;
  Matrix& operator=(Matrix other) noexcept {
    std::swap(data_, other.data_);
    std::swap(rows_, other.rows_);
    std::swap(columns_, other.columns_);
    std::swap(stride_, other.stride_);
    return *this;
  }

  size_t rows() const { return rows_; }
  size_t columns() const { return columns_; }
  size_t stride() const { return stride_; }
  bool empty() const { return rows_ == 0 || columns_ == 0; }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  T* row(size_t r) { return data_.get() + r * stride_; }
  const T* row(size_t r) const { return data_.get() + r * stride_; }
  T& operator()(size_t r, size_t c) { return row(r)[c]; }
  const T& operator()(size_t r, size_t c) const { return row(r)[c]; }
  // All elements, padding included.
  std::span<T> elements() { return {data_.get(), rows_ * stride_}; }
  std::span<const T> elements() const { return {data_.get(), rows_ * stride_}; }

  MatrixView<T> view() { return {data_.get(), rows_, columns_, stride_}; }
  ConstMatrixView<T> view() const { return {data_.get(), rows_, columns_, stride_}; }
  MatrixView<T> Rows(size_t begin, size_t end) { return view().Rows(begin, end); }
  ConstMatrixView<T> Rows(size_t begin, size_t end) const { return view().Rows(begin, end); }

 private:
  size_t rows_ = 0;
  size_t columns_ = 0;
  size_t stride_ = 0;
  std::unique_ptr<T[], internal::ReleaseZerosDeleter> data_;
};

}  // namespace thalweg
