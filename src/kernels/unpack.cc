#include "kernels/unpack.h"

#include <array>
#include <cstring>
#include <limits>

namespace thalweg {
namespace {

constexpr size_t kLanes = 16;
constexpr size_t kRows = 32;
constexpr size_t kBlock = kLanes * kRows;

constexpr std::array<double, 19> kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                            1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                            1e14, 1e15, 1e16, 1e17, 1e18};

uint64_t AllOnes(int width) { return width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1; }

uint32_t Word(const std::byte* words, size_t index) {
  uint32_t word;
  std::memcpy(&word, words + index * sizeof(word), sizeof(word));
  return word;
}

// One value of at most 32 bits.
uint64_t ReadNarrow(const std::byte* words, int width, size_t i) {
  const size_t bit = (i % kBlock) / kLanes * static_cast<size_t>(width);
  const size_t base = i / kBlock * static_cast<size_t>(width) * kLanes + i % kLanes;
  const size_t shift = bit % 32;
  uint64_t value = Word(words, base + bit / 32 * kLanes) >> shift;
  if (shift + static_cast<size_t>(width) > 32) {
    value |= uint64_t{Word(words, base + (bit / 32 + 1) * kLanes)} << (32 - shift);
  }
  return value & AllOnes(width);
}

void OrNarrow(std::byte* words, int width, size_t i, uint64_t code) {
  const size_t bit = (i % kBlock) / kLanes * static_cast<size_t>(width);
  const size_t base = i / kBlock * static_cast<size_t>(width) * kLanes + i % kLanes;
  const uint64_t shifted = code << (bit % 32);
  for (size_t half = 0; half < 2; ++half) {
    const auto part = static_cast<uint32_t>(shifted >> (32 * half));
    if (part == 0) continue;
    const size_t at = base + (bit / 32 + half) * kLanes;
    const uint32_t word = Word(words, at) | part;
    std::memcpy(words + at * sizeof(word), &word, sizeof(word));
  }
}

uint64_t ReadCode(const PackedIntegers& packed, size_t i) {
  if (packed.width <= 32) return ReadNarrow(packed.words, packed.width, i);
  const std::byte* high = packed.words + PackedBytes(packed.size, 32);
  return ReadNarrow(packed.words, 32, i) | ReadNarrow(high, packed.width - 32, i) << 32;
}

}  // namespace

uint64_t PackedBytes(uint64_t size, int width) {
  if (width > 32) return PackedBytes(size, 32) + PackedBytes(size, width - 32);
  const auto bits = static_cast<uint64_t>(width);
  const uint64_t rows = (size % kBlock + kLanes - 1) / kLanes;
  return (size / kBlock * bits + (rows * bits + 31) / 32) * kLanes * sizeof(uint32_t);
}

void PackIntegers(std::span<const int64_t> values, int64_t bias, int width, std::byte* out) {
  for (size_t i = 0; i < values.size(); ++i) {
    uint64_t code = static_cast<uint64_t>(values[i]) - static_cast<uint64_t>(bias);
    if (values[i] == std::numeric_limits<int64_t>::min()) code = AllOnes(width);
    if (width <= 32) {
      OrNarrow(out, width, i, code);
    } else {
      OrNarrow(out, 32, i, code & AllOnes(32));
      OrNarrow(out + PackedBytes(values.size(), 32), width - 32, i, code >> 32);
    }
  }
}

void UnpackInts(const PackedIntegers& packed, size_t begin, std::span<int64_t> out) {
  for (size_t i = 0; i < out.size(); ++i) {
    const uint64_t code = ReadCode(packed, begin + i);
    out[i] = packed.has_missing && code == AllOnes(packed.width)
                 ? std::numeric_limits<int64_t>::min()
                 : static_cast<int64_t>(code + static_cast<uint64_t>(packed.bias));
  }
}

void UnpackDoubles(const PackedIntegers& packed, size_t begin, std::span<double> out) {
  const double power = kPowers[static_cast<size_t>(packed.scale)];
  for (size_t i = 0; i < out.size(); ++i) {
    int64_t value;
    UnpackInts(packed, begin + i, std::span<int64_t>(&value, 1));
    out[i] = value == std::numeric_limits<int64_t>::min() ? std::numeric_limits<double>::quiet_NaN()
                                                          : static_cast<double>(value) / power;
  }
}

void UnpackFloats(const PackedIntegers& packed, size_t begin, std::span<float> out) {
  for (size_t i = 0; i < out.size(); ++i) {
    double value;
    UnpackDoubles(packed, begin + i, std::span<double>(&value, 1));
    out[i] = static_cast<float>(value);
  }
}

}  // namespace thalweg
