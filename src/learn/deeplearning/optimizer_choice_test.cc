#include "learn/deeplearning/optimizer_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace thalweg {
namespace {

using testing::HasSubstr;

TEST(OptimizerChoice, AutoFollowsAdaptiveRate) {
  OptimizerParams params;
  ResolveOptimizer(params);
  EXPECT_EQ(params.optimizer, OptimizerKind::kAdadelta);
  params = {.adaptive_rate = false};
  ResolveOptimizer(params);
  EXPECT_EQ(params.optimizer, OptimizerKind::kSgd);
  EXPECT_EQ(params.rate, 0.005);
  params = {.adaptive_rate = false, .rate = 0.5};
  ResolveOptimizer(params);
  EXPECT_EQ(params.rate, 0.5);
}

TEST(OptimizerChoice, RatesAreFilledIn) {
  const std::pair<OptimizerKind, double> cases[] = {{OptimizerKind::kSgd, 0.005},
                                                    {OptimizerKind::kAdagrad, 0.01},
                                                    {OptimizerKind::kRmsprop, 0.001},
                                                    {OptimizerKind::kAdam, 0.001},
                                                    {OptimizerKind::kAdamw, 0.001}};
  for (const auto& [kind, rate] : cases) {
    OptimizerParams params{.optimizer = kind};
    ResolveOptimizer(params);
    EXPECT_EQ(params.rate, rate);
    EXPECT_FALSE(params.adaptive_rate);
    EXPECT_EQ(OptimizerOptionsOf(params, 1).kind, kind);
  }
}

TEST(OptimizerChoice, ParametersOfOtherOptimizersAreRefused) {
  struct Case {
    OptimizerParams params;
    const char* field;  // or null
  };
  const Case cases[] = {
      {{.optimizer = OptimizerKind::kAdadelta, .rate = 0.1}, "rate"},
      {{.optimizer = OptimizerKind::kAdadelta, .rate_decay = 0.1}, "rate_decay"},
      {{.optimizer = OptimizerKind::kAdadelta, .adaptive_rate = false}, "adaptive_rate"},
      {{.optimizer = OptimizerKind::kAdam, .momentum_stable = 0.9}, "momentum_stable"},
      {{.optimizer = OptimizerKind::kAdam, .rho = 0.9}, "rho"},
      {{.optimizer = OptimizerKind::kSgd, .beta1 = 0.8}, "beta1"},
      {{.optimizer = OptimizerKind::kSgd, .epsilon = 1e-6}, "epsilon"},
      {{.optimizer = OptimizerKind::kRmsprop, .beta2 = 0.8}, "beta2"},
      {{.optimizer = OptimizerKind::kAdagrad, .rho = 0.8}, "rho"},
      {{.optimizer = OptimizerKind::kAdamw, .nesterov_accelerated_gradient = false},
       "nesterov_accelerated_gradient"},
      {{.adaptive_rate = false, .rate_schedule = ScheduleKind::kCosine, .rate_annealing = 1e-3},
       "rate_annealing"},
      {{.optimizer = OptimizerKind::kRmsprop, .rho = 0.8, .rate = 0.1}, nullptr},
      {{.optimizer = OptimizerKind::kSgd, .rate = 0.1, .momentum_stable = 0.9}, nullptr},
      {{.optimizer = OptimizerKind::kAdamw, .beta1 = 0.8, .rate = 0.1}, nullptr},
      {{.rate = 0.1}, nullptr},  // a warning only, as in H2O
  };
  for (const Case& c : cases) {
    std::vector<FieldError> errors;
    CheckOptimizer(c.params, errors);
    if (c.field == nullptr) {
      EXPECT_TRUE(errors.empty());
      continue;
    }
    ASSERT_EQ(errors.size(), 1U) << c.field;
    EXPECT_EQ(errors[0].field, c.field);
  }
  const std::vector<FieldError> idle = ParamsOfOtherOptimizers({.rate = 0.1});
  ASSERT_EQ(idle.size(), 1U);
  EXPECT_THAT(idle[0].message, HasSubstr("the optimizer is adadelta"));
}

}  // namespace
}  // namespace thalweg
