#include "models/metrics/classification_accumulator.h"
#include "models/metrics/reconstruction_accumulator.h"
#include "models/metrics/regression_accumulator.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "base/json.h"

namespace thalweg {
namespace {

using Probabilities = std::array<float, 3>;

TEST(MetricsTest, ClassificationByHand) {
  ClassificationAccumulator all(3);
  all.Add(0, Probabilities{0.5F, 0.25F, 0.25F});
  all.Add(1, Probabilities{0.5F, 0.25F, 0.25F});
  all.Add(1, Probabilities{0.25F, 0.5F, 0.25F});
  all.Add(-1, Probabilities{0.25F, 0.5F, 0.25F});
  const Metrics metrics = all.Finish({"a", "b", "c"});
  EXPECT_EQ(metrics.rows, 3);
  EXPECT_DOUBLE_EQ(metrics.mse, (0.25 + 0.5625 + 0.25) / 3);
  EXPECT_DOUBLE_EQ(*metrics.logloss, -(std::log(0.5) + std::log(0.25) + std::log(0.5)) / 3);
  EXPECT_DOUBLE_EQ(*metrics.classification_error, 1.0 / 3);
  EXPECT_DOUBLE_EQ(*metrics.mean_per_class_error, 0.25);  // class c does not occur
  EXPECT_EQ(metrics.confusion_matrix->at(1, 0), 1);
  EXPECT_EQ(metrics.confusion_matrix->Error(2), 0);
}

TEST(MetricsTest, CertainAndWrongStaysFinite) {
  ClassificationAccumulator all(2);
  all.Add(0, std::array<float, 2>{0, 1});
  EXPECT_TRUE(std::isfinite(*all.Finish({"a", "b"}).logloss));
}

TEST(MetricsTest, RegressionMergeEqualsOnePass) {
  const std::array<double, 7> actual = {1, 2, 3, NAN, 5, 8, 13};
  const std::array<double, 7> predicted = {1, 1, 4, 0, 5, 9, 10};
  RegressionAccumulator whole;
  RegressionAccumulator left;
  RegressionAccumulator right;
  for (size_t i = 0; i < actual.size(); ++i) {
    whole.Add(actual[i], predicted[i]);
    (i < 3 ? left : right).Add(actual[i], predicted[i]);
  }
  left.Merge(right);
  const Metrics metrics = whole.Finish();
  EXPECT_EQ(metrics.rows, 6);
  EXPECT_DOUBLE_EQ(metrics.mse, 12.0 / 6);
  EXPECT_DOUBLE_EQ(*metrics.mae, 6.0 / 6);
  EXPECT_NEAR(*metrics.r2, 1 - 12.0 / (272 - 32.0 * 32 / 6), 1e-12);
  EXPECT_NEAR(*left.Finish().r2, *metrics.r2, 1e-12);
}

TEST(MetricsTest, RegressionWeightsAreRepeatedRows) {
  const std::array<double, 5> actual = {1, 2, 4, 7, 3};
  const std::array<double, 5> predicted = {1.5, 1, 4, 9, 0};
  const std::array<int, 5> weights = {2, 0, 1, 3, 1};
  RegressionAccumulator weighted;
  RegressionAccumulator repeated;
  for (size_t i = 0; i < actual.size(); ++i) {
    weighted.Add(actual[i], predicted[i], weights[i]);
    for (int n = 0; n < weights[i]; ++n) repeated.Add(actual[i], predicted[i]);
  }
  const Metrics a = weighted.Finish();
  const Metrics b = repeated.Finish();
  EXPECT_EQ(a.rows, 4);
  EXPECT_DOUBLE_EQ(a.mse, (2 * 0.25 + 0 + 3 * 4 + 9) / 7);
  EXPECT_DOUBLE_EQ(a.mse, b.mse);
  EXPECT_DOUBLE_EQ(*a.mae, *b.mae);
  EXPECT_DOUBLE_EQ(*a.rmsle, *b.rmsle);
  EXPECT_DOUBLE_EQ(*a.r2, *b.r2);
  RegressionAccumulator two;
  two.Add(1, 2);
  two.Merge(weighted);
  weighted.Add(1, 2);
  EXPECT_DOUBLE_EQ(*two.Finish().r2, *weighted.Finish().r2);
}

TEST(MetricsTest, LogErrors) {
  RegressionAccumulator all;
  all.Add(0, std::exp(1) - 1);
  all.Add(3, 3);
  EXPECT_DOUBLE_EQ(*all.Finish().rmsle, std::sqrt(0.5));
  all.Add(1, -2);
  EXPECT_TRUE(std::isnan(*all.Finish().rmsle));
  EXPECT_TRUE(all.Finish().ToJson().at("rmsle").is_null());
  EXPECT_TRUE(std::isfinite(all.Finish().mse));
}

TEST(MetricsTest, DevianceOfADistribution) {
  RegressionAccumulator absolute([](double a, double p) { return std::abs(a - p); });
  RegressionAccumulator squared;
  for (RegressionAccumulator* all : {&absolute, &squared}) {
    all->Add(1, 4, 2);
    all->Add(5, 4);
  }
  EXPECT_DOUBLE_EQ(*absolute.Finish().mean_residual_deviance, 7.0 / 3);
  EXPECT_DOUBLE_EQ(*squared.Finish().mean_residual_deviance, 19.0 / 3);
}

TEST(MetricsTest, Reconstruction) {
  EXPECT_DOUBLE_EQ(
      ReconstructionError(std::array<float, 3>{1, NAN, 0}, std::array<float, 3>{0, 5, 2}), 2.5);
  ReconstructionAccumulator all;
  all.Add(2.5, 2);
  all.Add(7, 0);
  ReconstructionAccumulator part;
  part.Add(1);
  all.Merge(part);
  const Metrics metrics = all.Finish();
  EXPECT_EQ(metrics.rows, 2);
  EXPECT_DOUBLE_EQ(metrics.mse, 2);
  EXPECT_FALSE(metrics.r2.has_value());
}

TEST(MetricsTest, JsonLeavesOutWhatDoesNotApply) {
  RegressionAccumulator all;
  all.Add(1, 2);
  const Json json = all.Finish().ToJson();
  EXPECT_FALSE(json.as_object().contains("logloss"));
  EXPECT_EQ(json.at("mae").as_double(), 1);
}

}  // namespace
}  // namespace thalweg
