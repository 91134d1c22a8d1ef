#include "models/explain/reconstruction_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "base/json.h"
#include "base/random.h"
#include "models/frame_for_test.h"

namespace thalweg {
namespace {

constexpr size_t kRows = 700;

Frame MakeRows() {
  Random random(4);
  std::vector<double> x(kRows), y(kRows);
  std::vector<int64_t> c(kRows);
  for (size_t r = 0; r < kRows; ++r) {
    x[r] = random.Normal();
    y[r] = r % 9 == 1 ? kMissingReal : random.Uniform(5, 6);
    c[r] = static_cast<int64_t>(random.Below(3)) - (r % 50 == 0 ? 1 : 0);
  }
  return FrameMaker(kRows, 90).Real("x", x).Enum("c", {"p", "q", "r"}, c).Real("y", y).Make();
}

// Weights at random, nothing learned.
DeepLearningModel Autoencoder(const Frame& frame) {
  ThreadPool pool(1);
  std::vector<std::string> warnings;
  const size_t predictors[] = {0, 1, 2};
  FeatureEncoder encoder = FeatureEncoder::Fit(frame, predictors, {}, pool, warnings);
  Network network;
  network.input = encoder.shape();
  network.activation = Activation::kTanh;
  const size_t units = network.input.units();
  Random random(2);
  for (const auto& [rows, columns] : {std::pair{units, size_t{4}}, {size_t{4}, units}}) {
    AffineWeights layer = {Matrix<float>(rows, columns), Matrix<float>(1, columns)};
    for (size_t i = 0; i < rows; ++i) {
      for (size_t j = 0; j < columns; ++j)
        layer.weights(i, j) = static_cast<float>(random.Normal());
    }
    network.layers.push_back(std::move(layer));
  }
  ResponseScale scale;
  scale.reconstructed = units;
  return DeepLearningModel(std::move(encoder), std::move(network), "", scale, JsonObject());
}

TEST(ReconstructionSummary, AgreesWithErrorsOfRowsAndFeatures) {
  const Frame frame = MakeRows();
  const DeepLearningModel model = Autoencoder(frame);
  ThreadPool pool(2), three(3);
  const ReconstructionSummary summary = SummarizeReconstruction(model, frame, pool, 10);
  const Frame errors = model.ReconstructionErrors(frame, true, pool);
  std::vector<double> cells(kRows);
  ReadCells(errors, 0, 0, cells);
  EXPECT_EQ(summary.rows, 700);
  EXPECT_NEAR(summary.mse, std::accumulate(cells.begin(), cells.end(), 0.0) / kRows, 1e-12);
  EXPECT_NEAR(summary.mse, model.Score(frame, pool).mse, 1e-12);
  const auto [low, high] = std::minmax_element(cells.begin(), cells.end());
  EXPECT_EQ(summary.histogram.min, *low);
  EXPECT_EQ(summary.histogram.max, *high);
  std::vector<int64_t> counts(10);
  for (double e : cells) {
    ++counts[std::min<size_t>(9, static_cast<size_t>((e - *low) / (*high - *low) * 10))];
  }
  EXPECT_EQ(summary.histogram.counts, counts);

  ASSERT_EQ(summary.features.size() + 1, errors.columns());
  double mean = 0;
  for (size_t k = 0; k < summary.features.size(); ++k) {
    EXPECT_EQ("reconstr_" + summary.features[k].name + ".SE", errors.name(k + 1));
    ReadCells(errors, k + 1, 0, cells);
    EXPECT_NEAR(summary.features[k].mse, std::accumulate(cells.begin(), cells.end(), 0.0) / kRows,
                1e-12);
    mean += summary.features[k].mse / static_cast<double>(summary.features.size());
  }
  EXPECT_NEAR(mean, summary.mse, 1e-6);
  EXPECT_EQ(SummarizeReconstruction(model, frame, three, 10).ToJson(), summary.ToJson());
}

TEST(ReconstructionSummary, RowsThatAreAllTheSameHaveNoHistogram) {
  const Frame frame = MakeRows();
  const DeepLearningModel model = Autoencoder(frame);
  ThreadPool pool(1);
  const ReconstructionSummary one = SummarizeReconstruction(model, frame.Slice(3, 4), pool);
  EXPECT_EQ(one.rows, 1);
  EXPECT_FALSE(one.ToJson().as_object().contains("histogram"));
  const ReconstructionSummary none = SummarizeReconstruction(model, frame.Slice(0, 0), pool);
  EXPECT_EQ(none.rows, 0);
  EXPECT_EQ(none.features[0].mse, 0);
}

}  // namespace
}  // namespace thalweg
