// An array of unsigned integers of one width, bit after bit, low bits first: any entry can be read
// or written alone.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace thalweg::internal {

// Bits that hold `value`; 0 for 0.
inline int BitWidth(uint64_t value) { return std::bit_width(value); }

// Bytes of an array with the slack that reads beyond the last entry need. Widths are 0 … 57.
inline uint64_t BitArrayBytes(uint64_t size, int width) {
  return width == 0 ? 0 : (size * static_cast<uint64_t>(width) + 7) / 8 + 7;
}

inline uint64_t ReadBits(const std::byte* array, int width, uint64_t index) {
  if (width == 0) return 0;
  const uint64_t bit = index * static_cast<uint64_t>(width);
  uint64_t word;
  std::memcpy(&word, array + bit / 8, sizeof(word));
  return (word >> (bit % 8)) & ((uint64_t{1} << width) - 1);
}

// The entry must be zero before.
inline void WriteBits(std::byte* array, int width, uint64_t index, uint64_t value) {
  if (width == 0) return;
  const uint64_t bit = index * static_cast<uint64_t>(width);
  uint64_t word;
  std::memcpy(&word, array + bit / 8, sizeof(word));
  word |= value << (bit % 8);
  std::memcpy(array + bit / 8, &word, sizeof(word));
}

}  // namespace thalweg::internal
