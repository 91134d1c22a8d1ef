#include "models/metrics/classification_accumulator.h"
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

TEST(MetricsTest, JsonLeavesOutWhatDoesNotApply) {
  RegressionAccumulator all;
  all.Add(1, 2);
  const Json json = all.Finish().ToJson();
  EXPECT_FALSE(json.as_object().contains("logloss"));
  EXPECT_EQ(json.at("mae").as_double(), 1);
}

}  // namespace
}  // namespace thalweg
