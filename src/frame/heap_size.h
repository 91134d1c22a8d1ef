// What things take on the heap, with the rounding and the book-keeping word of glibc's malloc.
#pragma once

#include <malloc.h>

#include <cstddef>
#include <string>
#include <vector>

namespace thalweg::internal {

// `pointer` is the start of a block from malloc or operator new.
inline size_t BlockSize(const void* pointer) {
  return pointer == nullptr ? 0 : malloc_usable_size(const_cast<void*>(pointer)) + sizeof(size_t);
}

template <class T>
size_t HeapSize(const std::vector<T>& values) {
  return BlockSize(values.data());
}

inline size_t HeapSize(const std::string& text) {
  // Short strings lie inside the object.
  const auto* object = reinterpret_cast<const char*>(&text);
  const bool inside = text.data() >= object && text.data() < object + sizeof(std::string);
  return inside ? 0 : BlockSize(text.data());
}

// An object made by std::make_shared: two counters and a virtual table beside it, one block.
template <class T>
size_t SharedSize(const T&) {
  constexpr size_t kControl = 16;
  return (sizeof(T) + kControl + sizeof(size_t) + 15) / 16 * 16;
}

}  // namespace thalweg::internal
