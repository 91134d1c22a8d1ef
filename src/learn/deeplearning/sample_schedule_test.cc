#include "learn/deeplearning/sample_schedule.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace thalweg {
namespace {

// The batches up to `end`, as MiniBatchTrainer cuts the stretches.
std::vector<uint64_t> BatchEnds(const SampleSchedule& schedule, uint64_t from, uint64_t end,
                                uint64_t batch, double speed) {
  std::vector<uint64_t> ends;
  while (from < end) {
    const uint64_t iteration = std::min(end, schedule.IterationEnd(from, speed));
    while (from < iteration) {
      const uint64_t stretch = std::min(iteration, schedule.StretchEnd(from, speed));
      while (from < stretch) ends.push_back(from = std::min(from + batch, stretch));
    }
  }
  return ends;
}

TEST(SampleSchedule, StoppingAndContinuingMakesTheSameBatches) {
  for (uint64_t rows : {1, 5, 97, 100, 1000}) {
    for (uint64_t batch : {1, 8, 32, 2000}) {
      for (uint64_t iteration : {uint64_t{1}, uint64_t{30}, uint64_t{64}, rows, 3 * rows}) {
        const SampleSchedule schedule(rows, batch, iteration);
        const uint64_t end = schedule.End(4);
        EXPECT_EQ(end, 4 * rows);
        const std::vector<uint64_t> whole = BatchEnds(schedule, 0, end, batch, 0);
        for (double epochs : {0.01, 0.4, 1.0, 1.7, 2.5, 3.99}) {
          const uint64_t pause = schedule.End(epochs);
          EXPECT_GT(pause, 0U);
          EXPECT_LE(std::abs(static_cast<double>(pause) - epochs * static_cast<double>(rows)),
                    static_cast<double>(batch));
          std::vector<uint64_t> ends = BatchEnds(schedule, 0, pause, batch, 1e9);
          const std::vector<uint64_t> rest = BatchEnds(schedule, pause, end, batch, 1e4);
          ends.insert(ends.end(), rest.begin(), rest.end());
          EXPECT_EQ(ends, whole) << rows << " " << batch << " " << iteration << " " << epochs;
        }
      }
    }
  }
}

TEST(SampleSchedule, IterationsByTheClockEndWithTheEpoch) {
  const SampleSchedule schedule(1000, 32, 0);
  EXPECT_EQ(schedule.IterationEnd(0, 0), 512U);
  EXPECT_EQ(schedule.IterationEnd(0, 3000), 736U);
  EXPECT_EQ(schedule.IterationEnd(512, 1e6), 1000U);
  EXPECT_EQ(schedule.IterationEnd(1000, 1e6), 2000U);
}

TEST(RowOrder, FollowsFromSeedAndEpoch) {
  RowOrder order(100, 7, true);
  const std::span<const uint32_t> view = order.OfEpoch(3);
  const std::vector<uint32_t> third(view.begin(), view.end());
  EXPECT_FALSE(std::ranges::equal(order.OfEpoch(4), third));
  EXPECT_TRUE(std::ranges::equal(order.OfEpoch(3), third));
  EXPECT_FALSE(std::ranges::equal(RowOrder(100, 8, true).OfEpoch(3), third));
  RowOrder same(100, 7, false);
  const std::vector<uint32_t> first(same.OfEpoch(0).begin(), same.OfEpoch(0).end());
  EXPECT_TRUE(std::ranges::equal(same.OfEpoch(5), first));
}

}  // namespace
}  // namespace thalweg
