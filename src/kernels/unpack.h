// Integers in few bits, laid out so that many can be unpacked at once.
//
// Values form blocks of 512: 32 rows of 16 lanes, value i of a block in row i / 16, lane i % 16.
// The 32 values of a lane fill `width` 32-bit words of that lane, low bits first; word k of all
// lanes lies together (64 bytes). So a vector of 16 words gives, by shifts and masks alone, rows of
// 16 neighbouring values (Lemire, Boytsov 2015 describe the idea for 4 lanes). The last block
// stores only the words that its rows need. Widths above 32 are two such arrays: the low 32 bits
// of all values, then the other bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace thalweg {

// Bytes that `size` values of `width` (0 … 64) bits take.
uint64_t PackedBytes(uint64_t size, int width);

// values[i] - bias, which must fit `width` bits; all ones for the smallest int64 (missing). `out`
// has PackedBytes bytes, all zero.
void PackIntegers(std::span<const int64_t> values, int64_t bias, int width, std::byte* out);

struct PackedIntegers {
  const std::byte* words = nullptr;
  uint64_t size = 0;
  int width = 0;
  int64_t bias = 0;
  int scale = 0;             // a value stands for (code + bias) / 10^scale; 0 … 18
  bool has_missing = false;  // all ones mean missing: NaN, or the smallest int64
};

// Values begin … begin + out.size() - 1. Quotients are the correctly rounded ones; where scale > 0,
// |code + bias| <= 2^53. Floats are the doubles, rounded.
void UnpackDoubles(const PackedIntegers& packed, size_t begin, std::span<double> out);
void UnpackFloats(const PackedIntegers& packed, size_t begin, std::span<float> out);
// The scale is not applied.
void UnpackInts(const PackedIntegers& packed, size_t begin, std::span<int64_t> out);

// The same for codes of at most 31 bits that are unpacked already (UnpackBits): `format` says what
// they mean, its words and size are not used. |bias| <= 2^52. Of codes and out a multiple of 16
// entries are read and written.
void CodesToReals(const PackedIntegers& format, size_t size, const uint32_t* codes, double* out);
void CodesToReals(const PackedIntegers& format, size_t size, const uint32_t* codes, float* out);

}  // namespace thalweg
