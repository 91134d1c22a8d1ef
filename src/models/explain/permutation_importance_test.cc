#include "models/explain/permutation_importance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "models/explain/function_model_for_test.h"
#include "models/frame_for_test.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

// y = 3 a + b, exactly as the model says; c is not used.
Frame Rows() {
  Random random(3);
  std::vector<double> a(400), b(400), c(400), y(400);
  for (size_t i = 0; i < a.size(); ++i) {
    a[i] = random.Normal();
    b[i] = random.Normal();
    c[i] = random.Normal();
    y[i] = 3 * a[i] + b[i];
  }
  return FrameMaker(400, 37).Real("a", a).Real("b", b).Real("c", c).Real("y", y).Make();
}

FunctionModel Linear() {
  return FunctionModel({"a", "b", "c"},
                       [](const std::vector<double>& x) { return 3 * x[0] + x[1]; });
}

TEST(PermutationImportance, IsTwiceTheVarianceTimesTheSquaredSlope) {
  ThreadPool pool(2);
  const PermutationImportance result = ComputePermutationImportance(
      Linear(), Rows(), {.metric = "MSE", .repeats = 20, .seed = 1}, pool);
  EXPECT_EQ(result.metric, "mse");
  EXPECT_EQ(result.baseline, 0);
  ASSERT_EQ(result.table.size(), 3U);
  EXPECT_EQ(result.table[0].variable, "a");
  EXPECT_NEAR(result.table[0].relative, 18, 2.5);
  EXPECT_EQ(result.table[1].variable, "b");
  EXPECT_NEAR(result.table[1].relative, 2, 0.3);
  EXPECT_EQ(result.table[2].relative, 0);
  EXPECT_EQ(result.repeats[0].size(), 20U);
  EXPECT_NE(result.repeats[0][0], result.repeats[0][1]);
}

TEST(PermutationImportance, MetricsOfBothDirectionsAndThreads) {
  ThreadPool one(1);
  ThreadPool three(3);
  const auto run = [&](const char* metric, ThreadPool& pool, uint64_t seed) {
    return ComputePermutationImportance(Linear(), Rows(), {.metric = metric, .seed = seed}, pool);
  };
  const PermutationImportance r2 = run("r2", one, 5);
  EXPECT_EQ(r2.baseline, 1);
  EXPECT_GT(r2.table[0].relative, 0.5);
  EXPECT_EQ(run("AUTO", one, 5).metric, "rmse");
  EXPECT_EQ(FormatJson(r2.ToJson()), FormatJson(run("r2", three, 5).ToJson()));
  EXPECT_NE(FormatJson(r2.ToJson()), FormatJson(run("r2", three, 6).ToJson()));
  try {
    run("speed", one, 1);
    ADD_FAILURE();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("rmse"));
  }
}

TEST(PermutationImportance, KnowsWhichMetricsShouldGrow) {
  for (const char* metric : {"AUC", "pr_auc", "Gini", "r2", "max_f1", "accuracy", "mcc"}) {
    EXPECT_TRUE(LargerIsBetter(metric)) << metric;
  }
  for (const char* metric : {"logloss", "rmse", "mean_per_class_error", "mae", "rmsle"}) {
    EXPECT_FALSE(LargerIsBetter(metric)) << metric;
  }
}

TEST(PermutationImportance, ColumnsOfChoice) {
  ThreadPool pool(1);
  const PermutationImportance result =
      ComputePermutationImportance(Linear(), Rows(), {.columns = {"b"}}, pool);
  ASSERT_EQ(result.table.size(), 1U);
  EXPECT_EQ(result.table[0].variable, "b");
  EXPECT_THROW(ComputePermutationImportance(Linear(), Rows(), {.columns = {"z"}}, pool), UserError);
}

}  // namespace
}  // namespace thalweg
