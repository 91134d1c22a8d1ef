#include "models/explain/gedeon_importance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/json.h"
#include "base/random.h"
#include "models/frame_for_test.h"

namespace thalweg {
namespace {

using testing::ElementsAre;

AffineWeights RandomLayer(size_t inputs, size_t outputs, uint64_t seed) {
  AffineWeights layer = {Matrix<float>(inputs, outputs), Matrix<float>(1, outputs)};
  Random random(seed);
  for (size_t i = 0; i < inputs; ++i) {
    for (size_t j = 0; j < outputs; ++j) layer.weights(i, j) = static_cast<float>(random.Normal());
  }
  return layer;
}

// The sums of the paper, written out: Q[i][k] over all paths i -> j -> k.
std::vector<double> ByPaths(const Matrix<float>& v, const Matrix<float>& w) {
  std::vector<double> values(v.rows());
  for (size_t k = 0; k < w.columns(); ++k) {
    double into_k = 0;
    for (size_t j = 0; j < w.rows(); ++j) into_k += std::abs(w(j, k));
    for (size_t i = 0; i < v.rows(); ++i) {
      for (size_t j = 0; j < v.columns(); ++j) {
        double into_j = 0;
        for (size_t r = 0; r < v.rows(); ++r) into_j += std::abs(v(r, j));
        values[i] += std::abs(v(i, j)) / into_j * std::abs(w(j, k)) / into_k;
      }
    }
  }
  const double largest = *std::max_element(values.begin(), values.end());
  for (double& value : values) value /= largest;
  return values;
}

TEST(GedeonImportance, AgreesWithTheSumOverPaths) {
  Network network;
  network.layers = {RandomLayer(5, 4, 1), RandomLayer(4, 3, 2), RandomLayer(3, 2, 3)};
  const std::vector<double> expected =
      ByPaths(network.layers[0].weights, network.layers[1].weights);
  const std::vector<double> values = GedeonValues(network);
  for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(values[i], expected[i], 1e-12) << i;
}

TEST(GedeonImportance, NetsWithoutHiddenLayersWithMaxoutAndWithDeadUnits) {
  Network linear;
  linear.layers = {RandomLayer(2, 1, 1)};
  linear.layers[0].weights(0, 0) = -4;
  linear.layers[0].weights(1, 0) = 1;
  EXPECT_THAT(GedeonValues(linear), ElementsAre(1, 0.25));

  // Two units of two channels: the net of their summed magnitudes.
  Network maxout;
  maxout.activation = Activation::kMaxout;
  maxout.layers = {RandomLayer(3, 4, 4), RandomLayer(2, 2, 5)};
  Matrix<float> joined(3, 2);
  const Matrix<float>& v = maxout.layers[0].weights;
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 2; ++j) joined(i, j) = std::abs(v(i, j)) + std::abs(v(i, j + 2));
  }
  const std::vector<double> expected = ByPaths(joined, maxout.layers[1].weights);
  const std::vector<double> values = GedeonValues(maxout);
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(values[i], expected[i], 1e-7) << i;

  Network dead;
  dead.layers = {RandomLayer(2, 2, 6), RandomLayer(2, 1, 7)};
  dead.layers[0].weights(0, 0) = 3;
  dead.layers[0].weights(1, 0) = 1;
  dead.layers[0].weights(0, 1) = dead.layers[0].weights(1, 1) = 0;
  EXPECT_NEAR(GedeonValues(dead)[1], 1.0 / 3, 1e-12);
  dead.layers[0].weights(0, 0) = dead.layers[0].weights(1, 0) = 0;
  EXPECT_THAT(GedeonValues(dead), ElementsAre(0, 0));
}

TEST(GedeonImportance, NamesLevelsAndMissing) {
  const Frame frame =
      FrameMaker(4).Real("x", {0, 1, 2, 5}).Enum("c", {"a", "b"}, {0, 1, -1, 0}).Make();
  ThreadPool pool(1);
  std::vector<std::string> warnings;
  const size_t predictors[] = {0, 1};
  const auto names = [&](bool all) {
    return InputNames(
        FeatureEncoder::Fit(frame, predictors, {.use_all_factor_levels = all}, pool, warnings));
  };
  EXPECT_THAT(names(true), ElementsAre("c.a", "c.b", "c.missing(NA)", "x"));
  EXPECT_THAT(names(false), ElementsAre("c.b", "c.missing(NA)", "x"));
}

TEST(VariableImportance, RanksAndKeepsItsTable) {
  const auto table = RankImportances({"a", "b", "c"}, {1, 4, -1});
  EXPECT_EQ(table[0].variable, "b");
  EXPECT_EQ(table[0].scaled, 1);
  EXPECT_EQ(table[0].percentage, 0.8);
  EXPECT_EQ(table[1].scaled, 0.25);
  EXPECT_EQ(table[2].percentage, 0);
  EXPECT_EQ(RankImportances({"a"}, {0})[0].percentage, 0);
  const Json json = ImportancesToJson(table);
  EXPECT_EQ(ImportancesToJson(ImportancesFromJson(json)), json);
}

}  // namespace
}  // namespace thalweg
