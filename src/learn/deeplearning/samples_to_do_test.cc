#include "learn/deeplearning/samples_to_do.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/random.h"

namespace thalweg {
namespace {

using Ranges = std::vector<SampleRange>;

TEST(SamplesToDo, RanksHaveAsManyOrOneMore) {
  const SamplesToDo to_do(100, 1000);
  EXPECT_EQ(to_do.PartOf(0, 3, 7), (Ranges{{100, 102}}));
  EXPECT_EQ(to_do.PartOf(1, 3, 7), (Ranges{{102, 104}}));
  EXPECT_EQ(to_do.PartOf(2, 3, 7), (Ranges{{104, 107}}));
  EXPECT_EQ(to_do.PartOf(1, 2, 5000), (Ranges{{550, 1000}}));
  EXPECT_TRUE(SamplesToDo().PartOf(0, 2, 10).empty());
}

TEST(SamplesToDo, WhatIsLeftComesFirst) {
  SamplesToDo to_do(0, 1000);
  to_do.Remove(100, std::array<uint64_t, 2>{30, 50});
  EXPECT_EQ(to_do.PartOf(0, 2, 60), (Ranges{{30, 50}, {100, 110}}));
  EXPECT_EQ(to_do.PartOf(1, 2, 60), (Ranges{{110, 140}}));
  // The rest of a part may lie in two ranges.
  to_do.Remove(60, std::array<uint64_t, 2>{5, 30});
  EXPECT_EQ(to_do.PartOf(0, 1, 40), (Ranges{{35, 50}, {100, 110}, {140, 155}}));
}

// Whatever ranks leave, each sample is trained on once.
TEST(SamplesToDo, EachSampleOnce) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed, {});
    const auto below = [&](uint64_t bound) { return random.Next() % bound; };
    const uint64_t ranks = 1 + below(5);
    std::vector<int> times(500);
    SamplesToDo to_do(0, times.size());
    for (int turns = 0; turns < 2000 && !to_do.PartOf(0, 1, 1).empty(); ++turns) {
      const uint64_t count = 1 + below(100);
      std::vector<uint64_t> trained;
      for (uint64_t r = 0; r < ranks; ++r) {
        const Ranges part = to_do.PartOf(static_cast<int>(r), static_cast<int>(ranks), count);
        std::vector<uint64_t> samples;
        for (const SampleRange& range : part) {
          for (uint64_t i = range.begin; i < range.end; ++i) samples.push_back(i);
        }
        samples.resize(below(samples.size() + 1));
        for (const uint64_t i : samples) ++times[i];
        trained.push_back(samples.size());
      }
      to_do.Remove(count, trained);
    }
    EXPECT_TRUE(to_do.PartOf(0, 1, 1).empty());
    EXPECT_EQ(std::ranges::count(times, 1), 500) << seed;
  }
}

}  // namespace
}  // namespace thalweg
