#include "models/explain/partial_dependence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "models/explain/function_model_for_test.h"
#include "models/frame_for_test.h"

namespace thalweg {
namespace {

using testing::ElementsAre;

const std::vector<double> kX = {1, 2, 4, 5, 3};
const std::vector<double> kZ = {0, 10, 20, 0, 10};

Frame Rows() {
  return FrameMaker(5, 2)
      .Real("x", kX)
      .Int("z", {0, 10, 20, 0, 10})
      .Enum("c", {"a", "b", "d"}, {0, 1, 2, -1, 1})
      .Real("w", {1, 1, 2, 0, 1})
      .Make();
}

// x^2 + z, and 100 more for level b, 1000 more where it is missing.
FunctionModel Model() {
  return FunctionModel({"x", "z", "c"}, [](const std::vector<double>& r) {
    return r[0] * r[0] + r[1] + (std::isnan(r[2]) ? 1000 : (r[2] == 1 ? 100 : 0));
  });
}

PartialDependence Compute(const std::vector<std::string>& columns, const GridOptions& options,
                          const std::string& weights = "") {
  ThreadPool pool(2);
  std::vector<GridAxis> axes;
  for (const std::string& column : columns) {
    axes.push_back(MakeGridAxis(Rows(), column, options, pool));
  }
  return ComputePartialDependence(Model(), Rows(), axes, "", weights, pool);
}

TEST(PartialDependence, OfANumberIsTheCurvePlusAConstant) {
  const PartialDependence pd = Compute({"x"}, {.points = 3});
  EXPECT_THAT(pd.axes[0].values, ElementsAre(1, 3, 5));
  // z has mean 8; level b twice, missing once.
  const double rest = 8 + 40 + 200;
  for (size_t i = 0; i < 3; ++i) {
    const double x = pd.axes[0].values[i];
    EXPECT_NEAR(pd.points[i].mean, x * x + rest, 1e-12);
    // of 0, 110, 20, 1000, 110
    EXPECT_NEAR(pd.points[i].sd,
                std::sqrt((248.0 * 248 + 2 * 138 * 138 + 228 * 228 + 752 * 752) / 4), 1e-9);
    EXPECT_NEAR(pd.points[i].standard_error, pd.points[i].sd / std::sqrt(5.0), 1e-12);
  }
}

TEST(PartialDependence, LevelsMissingWeightsQuantilesAndPairs) {
  const PartialDependence levels = Compute({"c"}, {.missing = true});
  ASSERT_EQ(levels.points.size(), 4U);
  EXPECT_EQ(levels.axes[0].Text(1), "b");
  EXPECT_EQ(levels.axes[0].Text(3), "missing");
  EXPECT_NEAR(levels.points[1].mean - levels.points[0].mean, 100, 1e-9);
  EXPECT_NEAR(levels.points[3].mean - levels.points[0].mean, 1000, 1e-9);

  const PartialDependence weighted = Compute({"x"}, {.points = 2}, "w");
  EXPECT_NEAR(weighted.points[0].mean, 1 + (0 + 110 + 2 * 20 + 110) / 5.0, 1e-9);

  const PartialDependence quantiles = Compute({"z"}, {.points = 5, .kind = GridKind::kQuantiles});
  EXPECT_THAT(quantiles.axes[0].values, ElementsAre(0, 10, 20));

  const PartialDependence pair = Compute({"x", "c"}, {.points = 2});
  ASSERT_EQ(pair.points.size(), 6U);
  EXPECT_NEAR(pair.points[4].mean, 25 + 8 + 100, 1e-9);
  ThreadPool pool(1);
  const Frame frame = pair.ToFrame(pool);
  EXPECT_EQ(frame.names(), (std::vector<std::string>{"x", "c", "mean_response", "stddev_response",
                                                     "std_error_mean_response"}));
  EXPECT_EQ(frame.rows(), 6);
  EXPECT_EQ(pair.ToJson().at("rows").at(4).at("values"), (JsonArray{5.0, "b"}));
  EXPECT_THROW(Compute({"nothing"}, {}), UserError);
  EXPECT_THROW(Compute({"x"}, {.points = 1}), UserError);
}

TEST(ConditionalCurves, AreTheRowsOfPartialDependence) {
  ThreadPool pool(2);
  const GridAxis axis = MakeGridAxis(Rows(), "x", {.points = 5}, pool);
  ConditionalCurves ice = ComputeConditionalCurves(Model(), Rows(), axis, "", pool);
  ASSERT_EQ(ice.curves.size(), 5U);
  EXPECT_NEAR(ice.curves[1][2], 9 + 110, 1e-12);
  const PartialDependence pd = Compute({"x"}, {.points = 5});
  for (size_t p = 0; p < 5; ++p) {
    double sum = 0;
    for (size_t r = 0; r < 5; ++r) sum += ice.curves[r][p];
    EXPECT_NEAR(sum / 5, pd.points[p].mean, 1e-9);
  }
  ice.Center();
  for (size_t r = 0; r < 5; ++r) EXPECT_THAT(ice.curves[r], ElementsAre(0, 3, 8, 15, 24));
  const Frame frame = ice.ToFrame(pool);
  EXPECT_EQ(frame.rows(), 25);
  EXPECT_EQ(CellsOf(frame, 2)[9], 24);
}

TEST(PartialDependence, TargetsOfClassifiers) {
  ThreadPool pool(1);
  const FunctionModel two({"x"}, [](const std::vector<double>& r) { return r[0] / 10; },
                          {"no", "yes"});
  const GridAxis axis = MakeGridAxis(Rows(), "x", {.points = 3}, pool);
  const auto mean = [&](const std::string& target) {
    return ComputePartialDependence(two, Rows(), {axis}, target, "", pool).points[2].mean;
  };
  EXPECT_NEAR(mean(""), 0.5, 1e-12);
  EXPECT_NEAR(mean("yes"), 0.5, 1e-12);
  EXPECT_NEAR(mean("no"), 0.5, 1e-12);
  EXPECT_THROW(mean("maybe"), UserError);
  EXPECT_THROW(ComputePartialDependence(Model(), Rows(), {axis}, "yes", "", pool), UserError);
}

}  // namespace
}  // namespace thalweg
