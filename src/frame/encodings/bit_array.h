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

// Bytes of an array. Widths are 0 … 57.
inline uint64_t BitArrayBytes(uint64_t size, int width) {
  return (size * static_cast<uint64_t>(width) + 7) / 8;
}

// Entries are read and written by words of 8 bytes, which may reach so many bytes beyond the array:
// a chunk that holds one has them at its end.
inline constexpr uint64_t kBitArraySlack = 7;

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

// Writes entries 0, 1, 2, … of an array whose bytes are zero.
class BitWriter {
 public:
  BitWriter(std::byte* array, int width) : at_(array), width_(width) {}

  void Add(uint64_t value) {
    word_ |= value << used_;
    used_ += width_;
    if (used_ < 64) return;
    std::memcpy(at_, &word_, sizeof(word_));
    at_ += sizeof(word_);
    used_ -= 64;
    // The bits that did not fit; widths below 64 leave no other shift than 1 … 63.
    word_ = used_ == 0 ? 0 : value >> (width_ - used_);
  }

  // To be called once, after the last entry.
  void Finish() { std::memcpy(at_, &word_, static_cast<size_t>(used_ + 7) / 8); }

 private:
  std::byte* at_;
  int width_;
  uint64_t word_ = 0;
  int used_ = 0;
};

}  // namespace thalweg::internal
