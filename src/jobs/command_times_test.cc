#include "jobs/command_times.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

CommandTime Timed(double seconds, const std::vector<double>& calls) {
  CommandTime time{.number = 1, .command = "c", .seconds = seconds};
  for (const double call : calls) time.in_calls.Add(call);
  return time;
}

TEST(CallTimes, StretchesGrowAndNothingIsLost) {
  CallTimes times;
  for (int i = 0; i < 1000; ++i) times.Add(1);
  EXPECT_EQ(times.calls(), 1000U);
  EXPECT_EQ(times.calls_per_stretch(), 16U);
  EXPECT_EQ(times.stretches().size(), 63U);
  EXPECT_EQ(times.stretches()[0], 16);
  EXPECT_EQ(times.stretches().back(), 1000 - 62 * 16);
  EXPECT_EQ(times.Sum(), 1000);
  EXPECT_EQ(times.Merged(4).stretches()[0], 64);
}

TEST(SplitTimes, WhoComesLastHasNotWaited) {
  // The first call costs 0.1 to make; rank 0 came 0.4 before the other. In the second one rank 1
  // waited 0.2.
  const auto split = SplitTimes({Timed(1.0, {0.5, 0.1}), Timed(1.0, {0.1, 0.3})});
  EXPECT_NEAR(split[0].computing, 0.4, 1e-12);
  EXPECT_NEAR(split[0].communicating, 0.2, 1e-12);
  EXPECT_NEAR(split[0].waiting, 0.4, 1e-12);
  EXPECT_NEAR(split[1].computing, 0.6, 1e-12);
  EXPECT_NEAR(split[1].communicating, 0.2, 1e-12);
  EXPECT_NEAR(split[1].waiting, 0.2, 1e-12);
}

TEST(SplitTimes, CallsThatOthersHaveNotMadeAreWaits) {
  const auto split = SplitTimes({Timed(3, {1, 1}), Timed(3, {1})});
  EXPECT_NEAR(split[0].communicating, 1, 1e-12);
  EXPECT_NEAR(split[0].waiting, 1, 1e-12);
  EXPECT_NEAR(split[1].waiting, 0, 1e-12);
}

TEST(SplitTimes, StretchesOfDifferentLengthsCorrespond) {
  // 65 calls are in stretches of two, 64 in stretches of one.
  const auto split = SplitTimes(
      {Timed(1000, std::vector<double>(65, 2.0)), Timed(1000, std::vector<double>(64, 1.0))});
  EXPECT_NEAR(split[0].communicating, 64, 1e-9);
  EXPECT_NEAR(split[0].waiting, 66, 1e-9);
  EXPECT_NEAR(split[1].communicating, 64, 1e-9);
}

TEST(CommandTimes, ShortCommandsAreForgotten) {
  CommandTimes times;
  times.Start(7, "train");
  times.Start(8, "short");
  times.AddCall(7, 0.01);
  times.End(8);
  const auto list = times.List();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].number, 7U);
  EXPECT_TRUE(list[0].running);
  EXPECT_EQ(list[0].in_calls.calls(), 1U);
}

}  // namespace
}  // namespace thalweg
