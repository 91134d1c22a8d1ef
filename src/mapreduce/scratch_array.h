// Large arrays for intermediate results: not initialized, on huge pages where the system gives
// them, so that random access costs few translations of addresses.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace thalweg::internal {

// Owns `size` elements that nobody has written yet. Not thread-safe; its elements are like those of
// an array.
template <class T>
class ScratchArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  ScratchArray() = default;
  explicit ScratchArray(size_t size) : size_(size) {
    constexpr size_t kHugePage = size_t{1} << 21;
    const size_t bytes = size * sizeof(T);
    if (bytes == 0) return;
    const bool huge = bytes >= 2 * kHugePage;
    const size_t unit = huge ? kHugePage : 64;
    data_ = static_cast<T*>(std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit));
    if (data_ == nullptr) throw std::bad_alloc();
    // Refused on some systems, where the array is as good but slower.
    if (huge) static_cast<void>(madvise(data_, bytes, MADV_HUGEPAGE));
  }
  ~ScratchArray() { std::free(data_); }
  ScratchArray(ScratchArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  ScratchArray& operator=(ScratchArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  std::span<T> span() { return {data_, size_}; }
  std::span<const T> span() const { return {data_, size_}; }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace thalweg::internal
