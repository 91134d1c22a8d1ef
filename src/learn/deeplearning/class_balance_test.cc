#include "learn/deeplearning/class_balance.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace thalweg {
namespace {

// 8 rows of class 0, 2 of class 1, 4 of class 2; class 3 has none.
const std::vector<int32_t> kClasses = {0, 1, 0, 2, 0, 0, 2, 0, 0, 2, 0, 1, 0, 2};

std::vector<size_t> Counts(const BalancedRows& balanced) {
  std::vector<size_t> counts(4);
  for (uint32_t r : balanced.rows) ++counts[static_cast<size_t>(kClasses[r])];
  return counts;
}

TEST(ClassBalance, BringsAllToTheLargest) {
  const BalancedRows b = BalanceClasses(kClasses, {}, 4, {.seed = 1});
  EXPECT_EQ(Counts(b), (std::vector<size_t>{8, 8, 8, 0}));
  EXPECT_TRUE(std::is_sorted(b.rows.begin(), b.rows.end()));
  // Every row of class 1 stands there 4 times.
  EXPECT_EQ(std::count(b.rows.begin(), b.rows.end(), 1U), 4);
  // Shares 8/14, 2/14, 4/14 before, 1/3 each after.
  EXPECT_NEAR(b.factors[0], 24.0 / 14, 1e-12);
  EXPECT_NEAR(b.factors[1], 6.0 / 14, 1e-12);
  EXPECT_NEAR(b.factors[2], 12.0 / 14, 1e-12);
  EXPECT_EQ(b.factors[3], 1);
}

TEST(ClassBalance, TakesFactorsAndKeepsWithinTheLimit) {
  const ClassBalanceOptions half = {.factors = {0.5, 2.5, 1, 1}, .seed = 3};
  EXPECT_EQ(Counts(BalanceClasses(kClasses, {}, 4, half)), (std::vector<size_t>{4, 5, 4, 0}));
  const ClassBalanceOptions small = {.max_size = 0.5, .seed = 3};
  // 24 rows wanted, 7 allowed.
  EXPECT_EQ(Counts(BalanceClasses(kClasses, {}, 4, small)), (std::vector<size_t>{2, 2, 2, 0}));
  const ClassBalanceOptions other = {.factors = {0.5, 2.5, 1, 1}, .seed = 4};
  EXPECT_NE(BalanceClasses(kClasses, {}, 4, half).rows,
            BalanceClasses(kClasses, {}, 4, other).rows);
}

TEST(ClassBalance, PriorsAreOfWeights) {
  std::vector<double> weights(kClasses.size(), 1);
  weights[1] = weights[11] = 4;
  // Weights 8, 8, 4 before; 8, 32, 8 after.
  const BalancedRows b = BalanceClasses(kClasses, weights, 4, {});
  EXPECT_NEAR(b.factors[0], (8.0 / 20) / (8.0 / 48), 1e-12);
  EXPECT_NEAR(b.factors[1], (8.0 / 20) / (32.0 / 48), 1e-12);
}

}  // namespace
}  // namespace thalweg
