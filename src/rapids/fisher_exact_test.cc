#include "rapids/fisher_exact.h"

#include <gtest/gtest.h>

namespace thalweg::internal {
namespace {

// Of scipy.stats.fisher_exact.
TEST(FisherTest, IsThatOfOthers) {
  struct Case {
    int64_t a, b, c, d;
    double expected;
  };
  const Case cases[] = {
      {3, 0, 185, 156, 0.254322326937},  // also H2O's
      {25, 11, 185, 156, 0.111389742175},
      {1, 9, 11, 3, 0.00275945618522},
      {1642, 37, 1335, 43, 0.138404627075},
      {0, 5, 5, 0, 0.00793650793651},
      {100'000, 100'000, 100'000, 100'000, 1},
      {600'000, 400'000, 400'000, 600'000, 0},
      {0, 0, 3, 4, 1},
      {724, 0, 18'729, 0, 1},
  };
  for (const Case& c : cases) {
    EXPECT_NEAR(FisherTest(c.a, c.b, c.c, c.d), c.expected, 1e-6 * c.expected + 1e-12);
    // Rows, and columns, in any order.
    EXPECT_NEAR(FisherTest(c.c, c.d, c.a, c.b), c.expected, 1e-6 * c.expected + 1e-12);
    EXPECT_NEAR(FisherTest(c.b, c.a, c.d, c.c), c.expected, 1e-6 * c.expected + 1e-12);
  }
}

// H2O's (to 6 digits) and, of scipy.stats.chi2_contingency with lambda_="log-likelihood".
TEST(LikelihoodRatioTest, IsThatOfOthers) {
  EXPECT_NEAR(LikelihoodRatioTest(11'746, 4986, 11'838, 4927), 0.41043682058048503, 1e-9);
  EXPECT_NEAR(LikelihoodRatioTest(8564, 8120, 8617, 7862), 0.080173665515387, 1e-9);
  EXPECT_NEAR(LikelihoodRatioTest(8617, 7862, 8564, 8120), 0.080173665515387, 1e-9);
  EXPECT_EQ(LikelihoodRatioTest(2000, 3000, 4000, 6000), 1);
}

}  // namespace
}  // namespace thalweg::internal
