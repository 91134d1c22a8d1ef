#include "learn/early_stopping.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/error.h"
#include "learn/stopping_metric.h"

namespace thalweg {
namespace {

struct Case {
  std::vector<double> values;
  StoppingRule rule;
  bool converged;
};

TEST(EarlyStopping, ComparesMovingAverages) {
  const double nan = std::nan("");
  const Case cases[] = {
      {{9, 9, 9, 9, 9, 9}, {.rounds = 0}, false},  // off
      {{9, 9}, {.rounds = 1}, false},              // the first does not count
      {{9, 9, 9}, {.rounds = 1}, true},
      {{9, 9, 8}, {.rounds = 1}, false},
      {{9, 9, 8}, {.rounds = 1, .tolerance = 0.2}, true},
      {{9, 9, 8}, {.rounds = 1, .tolerance = 0.1}, false},
      {{9, 9, 8}, {.rounds = 1, .larger_is_better = true}, true},
      {{9, 8, 9}, {.rounds = 1, .larger_is_better = true}, false},
      // k = 2, averages 4, 4.5, 5: worse; 4, 3.5, 5: the middle one is better.
      {{9, 4, 4, 5, 5}, {.rounds = 2}, true},
      {{9, 4, 4, 3, 7}, {.rounds = 2}, false},
      {{9, 4, 4, 3}, {.rounds = 2}, false},  // too few
      // Only the last 2k count: an old best does not.
      {{9, 1, 7, 7, 6}, {.rounds = 1}, false},
      // Negative metrics, and a perfect one.
      {{0, -4, -5}, {.rounds = 1, .tolerance = 0.2}, false},
      {{0, -4, -5}, {.rounds = 1, .tolerance = 0.3}, true},
      {{1, 0, 0}, {.rounds = 1}, true},
      {{1, nan, 1}, {.rounds = 1}, false},
      {{1, 1, nan}, {.rounds = 1}, false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(HasConverged(c.values, c.rule), c.converged) << "case " << &c - cases;
  }
}

TEST(StoppingMetric, IsFoundByName) {
  Metrics metrics;
  metrics.mse = 4;
  metrics.r2 = 0.5;
  metrics.mean_residual_deviance = 3;
  EXPECT_EQ(Find(StoppingMetricByName("mse")).value(metrics), 4);
  EXPECT_EQ(Find(StoppingMetricByName("AUTO")).value(metrics), 3);
  metrics.logloss = 0.25;
  EXPECT_EQ(Find(StoppingMetricByName("auto")).value(metrics), 0.25);
  EXPECT_TRUE(Find(StoppingMetricByName("R2")).larger_is_better);
  EXPECT_EQ(Find(StoppingMetricByName("MAE")).value(metrics), std::nullopt);
  EXPECT_THROW(StoppingMetricByName("speed"), UserError);
}

}  // namespace
}  // namespace thalweg
