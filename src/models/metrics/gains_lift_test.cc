#include "models/metrics/gains_lift.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

// Ten rows of scores .95 .85 … .05; positive are the 1st, 2nd, 4th and 7th.
std::vector<ScoreCell> TenRows() {
  std::vector<ScoreCell> cells;
  for (int i = 0; i < 10; ++i) {
    const bool positive = i == 0 || i == 1 || i == 3 || i == 6;
    cells.push_back({.score = 0.95 - 0.1 * i,
                     .negatives = positive ? 0.0 : 1.0,
                     .positives = positive ? 1.0 : 0.0});
  }
  return cells;
}

TEST(GainsLift, ByHand) {
  const auto groups = GainsLift(TenRows(), 5);
  ASSERT_EQ(groups.size(), 5U);
  const double captured[] = {2, 3, 3, 4, 4};
  double before = 0;
  for (size_t g = 0; g < 5; ++g) {
    const double rows = 2.0 * (static_cast<double>(g) + 1);
    EXPECT_NEAR(groups[g].cumulative_data_fraction, rows / 10, 1e-12);
    EXPECT_NEAR(groups[g].capture_rate, (captured[g] - before) / 4, 1e-12);
    EXPECT_NEAR(groups[g].cumulative_capture_rate, captured[g] / 4, 1e-12);
    EXPECT_NEAR(groups[g].response_rate, (captured[g] - before) / 2, 1e-12);
    EXPECT_NEAR(groups[g].lift, (captured[g] - before) / 2 / 0.4, 1e-12);
    EXPECT_NEAR(groups[g].cumulative_lift, captured[g] / rows / 0.4, 1e-12);
    EXPECT_NEAR(groups[g].gain(), 100 * (groups[g].lift - 1), 1e-12);
    EXPECT_NEAR(groups[g].kolmogorov_smirnov, captured[g] / 4 - (rows - captured[g]) / 6, 1e-12);
    EXPECT_NEAR(groups[g].score, 0.9 - 0.2 * static_cast<double>(g), 1e-12);
    before = captured[g];
  }
  // The quantile between the second and the third row: 9 steps of 0.1, a fifth of the way.
  EXPECT_NEAR(groups[0].lower_threshold, 0.95 - 0.9 * 0.2, 1e-12);
  EXPECT_NEAR(groups[4].lower_threshold, 0.05, 1e-12);
}

TEST(GainsLift, AutomaticGroups) {
  std::vector<ScoreCell> cells;
  for (int i = 0; i < 1000; ++i) {
    cells.push_back({.score = 1 - i / 1000.0, .negatives = 1, .positives = i < 100 ? 1.0 : 0.0});
  }
  const auto groups = GainsLift(cells, -1);
  ASSERT_EQ(groups.size(), 16U);
  const double ends[] = {0.01, 0.02, 0.03, 0.04, 0.05, 0.1, 0.15, 0.2,
                         0.3,  0.4,  0.5,  0.6,  0.7,  0.8, 0.9,  1};
  for (size_t g = 0; g < 16; ++g) {
    EXPECT_NEAR(groups[g].cumulative_data_fraction, ends[g], 2e-3);
  }
  EXPECT_TRUE(GainsLift(cells, 0).empty());
}

TEST(GainsLift, RowsOfOneScoreStayTogether) {
  const std::vector<ScoreCell> cells = {{.score = 0.9, .negatives = 1, .positives = 5},
                                        {.score = 0.1, .negatives = 3, .positives = 1}};
  const auto groups = GainsLift(cells, 10);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_NEAR(groups[0].cumulative_data_fraction, 0.6, 1e-12);
  EXPECT_EQ(groups[1].cumulative_capture_rate, 1);
  // All in one.
  EXPECT_EQ(GainsLift(std::span(cells).first(1), 10).size(), 1U);
}

}  // namespace
}  // namespace thalweg
