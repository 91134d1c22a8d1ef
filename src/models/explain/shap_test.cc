#include "models/explain/shap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "models/deeplearning_model.h"
#include "models/explain/function_model_for_test.h"
#include "models/explain/link_scores.h"
#include "models/explain/shapley.h"
#include "models/frame_for_test.h"

namespace thalweg {
namespace {

// Numbers, an integer, two categorical columns, missing cells in all; several chunks.
Frame MixedRows(size_t rows, uint64_t seed, const std::vector<std::string>& levels = {"a", "b"}) {
  Random random(seed);
  std::vector<double> x(rows), y(rows);
  std::vector<int64_t> n(rows), c(rows), d(rows);
  for (size_t i = 0; i < rows; ++i) {
    x[i] = random.Normal();
    y[i] = i % 7 == 3 ? kMissingReal : random.Uniform(0, 30);
    n[i] = static_cast<int64_t>(random.Below(5));
    c[i] = i % 6 == 5 ? -1 : static_cast<int64_t>(random.Below(levels.size()));
    d[i] = static_cast<int64_t>(random.Below(3));
  }
  return FrameMaker(rows, 5)
      .Real("x", x)
      .Real("y", y)
      .Int("n", n)
      .Enum("c", levels, c)
      .Enum("d", {"p", "q", "r"}, d)
      .Make();
}

// A net with random weights on MixedRows.
DeepLearningModel RandomNet(Activation activation, std::vector<size_t> hidden, size_t classes,
                            uint64_t seed) {
  const Frame frame = MixedRows(60, 99);
  ThreadPool pool(1);
  std::vector<std::string> warnings;
  const size_t predictors[] = {0, 1, 2, 3, 4};
  FeatureEncoder encoder = FeatureEncoder::Fit(frame, predictors, {}, pool, warnings);
  Network network;
  network.input = encoder.shape();
  network.activation = activation;
  Random random(seed);
  size_t inputs = network.input.units();
  const size_t outputs = std::max<size_t>(1, classes);
  for (size_t units : hidden) {
    const size_t columns = units * ChannelsOf(activation);
    AffineWeights layer = {Matrix<float>(inputs, columns), Matrix<float>(1, columns)};
    network.layers.push_back(std::move(layer));
    inputs = units;
  }
  network.layers.push_back({Matrix<float>(inputs, outputs), Matrix<float>(1, outputs)});
  for (AffineWeights& layer : network.layers) {
    const double scale = 1.5 / std::sqrt(static_cast<double>(layer.weights.rows()));
    for (size_t c = 0; c < layer.biases.columns(); ++c) {
      layer.biases(0, c) = static_cast<float>(0.3 * random.Normal());
      for (size_t r = 0; r < layer.weights.rows(); ++r) {
        layer.weights(r, c) = static_cast<float>(scale * random.Normal());
      }
    }
  }
  ResponseScale scale;
  scale.mean = 100;
  scale.scale = 10;
  if (classes > 0) {
    scale.distribution.kind =
        classes == 2 ? DistributionKind::kBernoulli : DistributionKind::kMultinomial;
  }
  for (size_t c = 0; c < classes; ++c) scale.domain.push_back("level" + std::to_string(c));
  return DeepLearningModel(std::move(encoder), std::move(network), "y", scale, JsonObject());
}

std::vector<std::vector<double>> Cells(const Frame& frame) {
  std::vector<std::vector<double>> columns;
  for (size_t c = 0; c < frame.columns(); ++c) columns.push_back(CellsOf(frame, c));
  return columns;
}

struct NetCase {
  Activation activation;
  std::vector<size_t> hidden;
  size_t classes;
};

const NetCase kNets[] = {{Activation::kRectifier, {7, 5}, 0},
                         {Activation::kTanhWithDropout, {6}, 2},
                         {Activation::kExpRectifier, {5, 4, 3}, 3},
                         {Activation::kMaxout, {6, 4}, 2},
                         {Activation::kRectifier, {}, 0}};

TEST(Shap, RowsSumToPredictionsOnTheLinkScaleWithEveryMethod) {
  ThreadPool pool(2);
  const Frame rows = MixedRows(23, 1);
  const Frame background = MixedRows(11, 2);
  for (const NetCase& net : kNets) {
    const DeepLearningModel model = RandomNet(net.activation, net.hidden, net.classes, 5);
    const std::string target = net.classes == 3 ? "level1" : "";
    const std::vector<double> wanted = LinkScores(model, rows, target, pool);
    const std::vector<double> of_background = LinkScores(model, background, target, pool);
    double mean = 0;
    for (double score : of_background) mean += score / 11;
    for (ShapMethod method : {ShapMethod::kExact, ShapMethod::kRescale, ShapMethod::kPermutation}) {
      const Frame result =
          ComputeShap(model, rows, background, {.method = method, .target = target}, pool);
      ASSERT_EQ(result.columns(), 6U);
      EXPECT_EQ(result.name(5), "BiasTerm");
      const auto cells = Cells(result);
      for (size_t i = 0; i < 23; ++i) {
        double sum = 0;
        for (const auto& column : cells) sum += column[i];
        EXPECT_NEAR(sum, wanted[i], 2e-5 * (1 + std::abs(wanted[i])));
        EXPECT_NEAR(cells[5][i], mean, 2e-5 * (1 + std::abs(mean)));
      }
    }
  }
}

TEST(Shap, LinearModelsHaveAClosedForm) {
  ThreadPool pool(2);
  const Frame rows = MixedRows(9, 3);
  const Frame background = MixedRows(6, 4);
  const FunctionModel linear({"x", "n"},
                             [](const std::vector<double>& r) { return 2 * r[0] - 3 * r[1] + 7; });
  const std::vector<double> x = CellsOf(rows, 0), n = CellsOf(rows, 2);
  double mean_x = 0, mean_n = 0;
  for (size_t b = 0; b < 6; ++b) {
    mean_x += CellsOf(background, 0)[b] / 6;
    mean_n += CellsOf(background, 2)[b] / 6;
  }
  for (ShapMethod method : {ShapMethod::kAuto, ShapMethod::kExact, ShapMethod::kPermutation}) {
    const auto cells = Cells(ComputeShap(linear, rows, background, {.method = method}, pool));
    for (size_t i = 0; i < 9; ++i) {
      EXPECT_NEAR(cells[0][i], 2 * (x[i] - mean_x), 1e-12);
      EXPECT_NEAR(cells[1][i], -3 * (n[i] - mean_n), 1e-12);
      EXPECT_NEAR(cells[2][i], 2 * mean_x - 3 * mean_n + 7, 1e-12);
    }
  }
  EXPECT_THROW(ComputeShap(linear, rows, background, {.method = ShapMethod::kRescale}, pool),
               UserError);
}

// Shapley's formula over all orders of three features, written out.
TEST(Shap, ExactValuesOfAGameByHand) {
  ThreadPool pool(1);
  const Frame rows = FrameMaker(1).Real("a", {2}).Real("b", {3}).Real("c", {5}).Make();
  const Frame zero = FrameMaker(1).Real("a", {0}).Real("b", {0}).Real("c", {0}).Make();
  const FunctionModel model({"a", "b", "c"}, [](const std::vector<double>& r) {
    return r[0] * r[1] + r[2] + r[0] * r[1] * r[2];
  });
  const auto cells = Cells(ComputeShap(model, rows, zero, {}, pool));
  EXPECT_NEAR(cells[0][0], 3 + 10, 1e-12);
  EXPECT_NEAR(cells[1][0], 3 + 10, 1e-12);
  EXPECT_NEAR(cells[2][0], 5 + 10, 1e-12);
  EXPECT_EQ(cells[3][0], 0);
}

double Distance(const Frame& a, const Frame& b) {
  const auto left = Cells(a), right = Cells(b);
  double difference = 0, all = 0;
  for (size_t c = 0; c + 1 < left.size(); ++c) {
    for (size_t i = 0; i < left[c].size(); ++i) {
      difference += std::pow(left[c][i] - right[c][i], 2);
      all += std::pow(right[c][i], 2);
    }
  }
  return std::sqrt(difference / all);
}

TEST(Shap, EstimatesComeNearExactValuesOfASmallNet) {
  ThreadPool pool(2);
  const Frame rows = MixedRows(30, 5);
  const Frame background = MixedRows(20, 6);
  for (const NetCase& net : kNets) {
    const DeepLearningModel model = RandomNet(net.activation, net.hidden, net.classes, 8);
    const std::string target = net.classes == 3 ? "level2" : "";
    const auto run = [&](ShapMethod method, int64_t permutations) {
      return ComputeShap(
          model, rows, background,
          {.method = method, .target = target, .permutations = permutations, .seed = 3}, pool);
    };
    const Frame exact = run(ShapMethod::kExact, 1);
    const double one = Distance(run(ShapMethod::kPermutation, 1), exact);
    EXPECT_LT(one, 0.13);
    EXPECT_LT(Distance(run(ShapMethod::kPermutation, 32), exact), 0.025);
    const double rescale = Distance(run(ShapMethod::kRescale, 1), exact);
    EXPECT_LT(rescale, net.hidden.empty() ? 1e-5 : 0.35);
    RecordProperty("permutation", std::to_string(one));
    RecordProperty("rescale", std::to_string(rescale));
  }
}

TEST(Shap, NetsThroughFramesAreTheSameAsThroughEncodedRows) {
  ThreadPool pool(2);
  const DeepLearningModel model = RandomNet(Activation::kRectifier, {6, 4}, 2, 9);
  const Frame rows = MixedRows(4, 7, {"b", "never seen", "a"});
  const Frame background = MixedRows(3, 8);
  const auto encoded = MakeCoalitionScorer(model, background, "", pool);
  const auto through_frames = MakeFrameCoalitionScorer(model, background, "");
  encoded->Load(rows, 0, 4, pool);
  through_frames->Load(rows, 0, 4, pool);
  for (size_t row = 0; row < 4; ++row) {
    const ShapleyValues a = ExactShapley(*encoded, row);
    const ShapleyValues b = ExactShapley(*through_frames, row);
    for (size_t j = 0; j < 5; ++j) {
      // Frames go through probabilities of floats.
      EXPECT_NEAR(a.contributions[j], b.contributions[j], 1e-4);
    }
  }
}

TEST(Shap, SameForEveryNumberOfThreadsAndKnowsItsLimits) {
  ThreadPool one(1), three(3);
  const DeepLearningModel model = RandomNet(Activation::kTanh, {5}, 0, 4);
  const Frame rows = MixedRows(17, 9);
  const Frame background = MixedRows(5, 10);
  for (ShapMethod method : {ShapMethod::kExact, ShapMethod::kRescale, ShapMethod::kPermutation}) {
    const ShapOptions options = {.method = method, .seed = 1};
    EXPECT_EQ(Cells(ComputeShap(model, rows, background, options, one)),
              Cells(ComputeShap(model, rows, background, options, three)));
  }
  EXPECT_NE(Cells(ComputeShap(model, rows, background,
                              {.method = ShapMethod::kPermutation, .seed = 1}, one)),
            Cells(ComputeShap(model, rows, background,
                              {.method = ShapMethod::kPermutation, .seed = 2}, one)));
  EXPECT_THROW(ComputeShap(model, rows, background.Slice(0, 0), {}, one), UserError);
  EXPECT_THROW(ComputeShap(model, rows, background, {.target = "yes"}, one), UserError);
}

}  // namespace
}  // namespace thalweg
