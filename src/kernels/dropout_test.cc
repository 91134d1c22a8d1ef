#include "kernels/dropout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/instruction_sets.h"
#include "kernels/matrix.h"

namespace thalweg {
namespace {

TEST(Noise, HasTheMomentsOfANormalDistribution) {
  ForEachInstructionSet([](const std::string& set) {
    constexpr size_t kCount = 1 << 18;
    Matrix<float> y(1, kCount);
    AddNoise(2.0, 77, 0, y.row(0), kCount);
    double mean = 0, square = 0, fourth = 0, neighbours = 0;
    for (size_t i = 0; i < kCount; ++i) {
      const double n = static_cast<double>(y(0, i)) / 2;
      mean += n / kCount;
      square += n * n / kCount;
      fourth += n * n * n * n / kCount;
      if (i > 0) neighbours += n * static_cast<double>(y(0, i - 1)) / 2 / kCount;
      EXPECT_LE(std::abs(n), 3.47);
    }
    EXPECT_NEAR(mean, 0, 0.01) << set;
    EXPECT_NEAR(square, 1, 0.01);
    EXPECT_NEAR(fourth, 2.7, 0.05);
    EXPECT_NEAR(neighbours, 0, 0.01);
  });
}

// Each value, against plain code: whatever the instruction set, and wherever a part begins.
template <class T>
void CheckValues() {
  Matrix<T> whole(1, 96);
  std::fill_n(whole.row(0), 96, T{3});
  AddNoise(0.5, 0x123456789abcdef0U, 0, whole.row(0), 96);
  for (uint32_t i = 0; i < 96; ++i) {
    uint32_t h = i * 0x9e3779b9U + 0x9abcdef0U;
    h = (h ^ (h >> 16)) * 0x85ebca6bU + 0x12345678U;
    h = (h ^ (h >> 13)) * 0xc2b2ae35U;
    h ^= h >> 16;
    const uint32_t sum = (h & 255) + (h >> 8 & 255) + (h >> 16 & 255) + (h >> 24);
    const T scale = static_cast<T>(0.5 / std::sqrt(65535.0 / 3));
    const T part = static_cast<T>(static_cast<int32_t>(sum) - 510) * scale;
    EXPECT_EQ(whole(0, i), T{3} + part) << i;
  }
  Matrix<T> parts(1, 96);
  std::fill_n(parts.row(0), 96, T{3});
  for (size_t first : {0, 32, 64}) {
    AddNoise(0.5, 0x123456789abcdef0U, first, parts.row(0) + first, 32);
  }
  for (size_t i = 0; i < 96; ++i) EXPECT_EQ(parts(0, i), whole(0, i));
}

TEST(Noise, IsTheSameEverywhere) {
  ForEachInstructionSet([](const std::string& set) {
    SCOPED_TRACE(set);
    CheckValues<float>();
    CheckValues<double>();
  });
}

}  // namespace
}  // namespace thalweg
