// Probabilities as integers of the same order, with no loss.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace thalweg::internal {

// Leading zeros of a key: keys take 31 bits.
inline constexpr int kScoreKeyBits = 31;
inline constexpr uint32_t kHalfKey = std::bit_cast<uint32_t>(0.5F);

// The bits of a float are fine near 0 and coarse near 1; the bits of 1 - score, which is exact from
// 1/2 on, take their place there, so that keys without their lowest bits resolve both ends alike.
// Scores beyond [0, 1] count as its ends. Not for NaN.
inline uint32_t ScoreKey(float score) {
  const float p = std::clamp(score, 0.0F, 1.0F);
  // + 0: minus zero is zero.
  return p <= 0.5F ? std::bit_cast<uint32_t>(p + 0.0F)
                   : 2 * kHalfKey - std::bit_cast<uint32_t>(1 - p);
}

// The smallest score of a key; exact for keys of scores.
inline double ScoreOfKey(uint32_t key) {
  return key <= kHalfKey ? static_cast<double>(std::bit_cast<float>(key))
                         : 1 - static_cast<double>(std::bit_cast<float>(2 * kHalfKey - key));
}

}  // namespace thalweg::internal
