// Sums over ranks of numbers that travel as bfloat16: the upper half of a float, with 8 binary
// digits and all of its range. Half of what AllReduceSum moves.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "cluster/communicator.h"

namespace thalweg {

// To the nearest, halves to even; what is not a number stays so.
inline uint16_t ToBfloat16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  const bool nan = (bits & 0x7FFFFFFF) > 0x7F800000;
  const uint32_t rounded = bits + 0x7FFF + ((bits >> 16) & 1);
  return static_cast<uint16_t>((nan ? bits | 0x00400000 : rounded) >> 16);
}

inline float FromBfloat16(uint16_t half) {
  const uint32_t bits = uint32_t{half} << 16;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

// A collective: as ranks.AllReduceSum, but that each number is rounded on its way out, and each sum
// (formed in floats, in the order of the ranks) on its way back. Every rank gets the same bits.
void AllReduceSumBfloat16(Communicator& ranks, std::span<float> values);

}  // namespace thalweg
