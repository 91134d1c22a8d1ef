// What things take on the heap, with the rounding and the book-keeping word of glibc's malloc.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace thalweg::internal {

// A block of so many bytes. Found from what was asked for, not from the block itself: malloc
// sometimes gives more than it has to, and a frame's size should not depend on that.
inline size_t BlockSize(size_t bytes) {
  constexpr size_t kSmallest = 32;
  if (bytes == 0) return 0;
  return std::max(kSmallest, (bytes + sizeof(size_t) + 15) / 16 * 16);
}

template <class T>
size_t HeapSize(const std::vector<T>& values) {
  return BlockSize(values.capacity() * sizeof(T));
}

inline size_t HeapSize(const std::string& text) {
  // Short strings lie inside the object.
  const auto* object = reinterpret_cast<const char*>(&text);
  const bool inside = text.data() >= object && text.data() < object + sizeof(std::string);
  return inside ? 0 : BlockSize(text.capacity() + 1);
}

// An object made by std::make_shared: two counters and a virtual table beside it, one block.
template <class T>
size_t SharedSize(const T&) {
  constexpr size_t kControl = 16;
  return BlockSize(sizeof(T) + kControl);
}

}  // namespace thalweg::internal
