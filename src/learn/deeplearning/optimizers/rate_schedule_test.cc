#include "learn/deeplearning/optimizers/rate_schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace thalweg {
namespace {

TEST(RateSchedule, FollowsItsFormula) {
  using enum ScheduleKind;
  struct Case {
    ScheduleKind kind;
    double warmup;
    double samples;
    double factor;
  };
  const Case cases[] = {
      {kInverse, 0, 0, 1},
      {kInverse, 0, 500, 1 / 1.5},
      {kInverse, 0.1, 49, 0.5 / 1.049},
      {kConstant, 0, 0, 1},
      {kConstant, 0, 1000, 1},
      {kConstant, 0.1, 0, 0.01},
      {kConstant, 0.1, 99, 1},
      {kLinear, 0, 0, 1},
      {kLinear, 0, 250, 0.75},
      {kLinear, 0, 1000, 0},
      {kLinear, 0.2, 200, 1},
      {kLinear, 0.2, 600, 0.5},
      {kLinear, 0, 5000, 0},
      {kCosine, 0, 0, 1},
      {kCosine, 0, 500, 0.5},
      {kCosine, 0, 1000, 0},
      {kCosine, 0, 250, 0.853553391},
      {kCosine, 0.5, 750, 0.5},
      {kStep, 0, 499, 1},
      {kStep, 0, 500, 0.1},
      {kStep, 0, 750, 0.01},
      {kStep, 0.6, 299, 0.5},
  };
  for (const Case& c : cases) {
    const RateSchedule schedule = {
        .kind = c.kind, .annealing = 1e-3, .warmup = c.warmup, .total_samples = 1000};
    EXPECT_NEAR(schedule.Factor(c.samples), c.factor, 1e-9)
        << static_cast<int>(c.kind) << " " << c.warmup << " " << c.samples;
  }
}

}  // namespace
}  // namespace thalweg
