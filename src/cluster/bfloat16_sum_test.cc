#include "cluster/bfloat16_sum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"
#include "cluster/local/local_ranks.h"

namespace thalweg {
namespace {

TEST(Bfloat16, RoundsToTheNearest) {
  for (const float same : {0.0F, -0.0F, 1.0F, -2.5F, 1.9921875F, 3.3895314e38F}) {
    EXPECT_EQ(FromBfloat16(ToBfloat16(same)), same);
  }
  constexpr float kStep = 1.0F / 128;  // beyond 1
  EXPECT_EQ(FromBfloat16(ToBfloat16(1 + 0.49F * kStep)), 1);
  EXPECT_EQ(FromBfloat16(ToBfloat16(1 + 0.51F * kStep)), 1 + kStep);
  EXPECT_EQ(FromBfloat16(ToBfloat16(1 + 0.5F * kStep)), 1);
  EXPECT_EQ(FromBfloat16(ToBfloat16(1 + 1.5F * kStep)), 1 + 2 * kStep);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(FromBfloat16(ToBfloat16(-kInfinity)), -kInfinity);
  EXPECT_EQ(FromBfloat16(ToBfloat16(std::numeric_limits<float>::max())), kInfinity);
  for (const uint32_t bits : {0x7F800001U, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
    float nan;
    std::memcpy(&nan, &bits, sizeof(nan));
    EXPECT_TRUE(std::isnan(FromBfloat16(ToBfloat16(nan)))) << bits;
  }
}

TEST(Bfloat16, SumsOverRanks) {
  for (const int size : {1, 2, 3, 5}) {
    for (const size_t count : {0, 1, 4, 1000}) {
      std::vector<std::vector<float>> sums(static_cast<size_t>(size));
      std::vector<double> exact(count);
      std::vector<double> absolute(count);
      for (int r = 0; r < size; ++r) {
        Random random(static_cast<uint64_t>(r), {});
        auto& mine = sums[static_cast<size_t>(r)];
        for (size_t i = 0; i < count; ++i) {
          mine.push_back(static_cast<float>(random.Normal()));
          exact[i] += mine[i];
          absolute[i] += std::abs(mine[i]);
        }
      }
      RunLocalRanks(size, [&](Communicator& comm) {
        AllReduceSumBfloat16(comm, sums[static_cast<size_t>(comm.rank())]);
      });
      for (const auto& sum : sums) EXPECT_EQ(sum, sums[0]);
      for (size_t i = 0; i < count; ++i) {
        EXPECT_NEAR(sums[0][i], exact[i], absolute[i] / 128) << size << " ranks, number " << i;
      }
    }
  }
}

}  // namespace
}  // namespace thalweg
