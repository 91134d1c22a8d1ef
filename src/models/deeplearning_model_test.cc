#include "models/deeplearning_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "models/frame_for_test.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

// 2 inputs (x as it is; level b of c), 2 hidden rectifiers, one output per level or one value.
DeepLearningModel SmallModel(bool classification) {
  const Frame frame =
      FrameMaker(4).Real("x", {0.5, 1, 2, 3}).Enum("c", {"a", "b"}, {0, 1, 0, 1}).Make();
  ThreadPool pool(1);
  std::vector<std::string> warnings;
  const size_t predictors[] = {0, 1};
  FeatureEncoder encoder = FeatureEncoder::Fit(
      frame, predictors, {.standardize = false, .use_all_factor_levels = false}, pool, warnings);
  Network network;
  network.input = encoder.shape();
  AffineWeights hidden = {Matrix<float>(2, 2), Matrix<float>(1, 2)};
  hidden.weights(0, 0) = 1;   // b
  hidden.weights(1, 0) = 2;   // x
  hidden.weights(1, 1) = -1;  // x
  hidden.biases(0, 1) = 2;
  const size_t outputs = classification ? 2 : 1;
  AffineWeights last = {Matrix<float>(2, outputs), Matrix<float>(1, outputs)};
  last.weights(0, 0) = 1;
  last.weights(1, outputs - 1) += 3;
  network.layers = {hidden, last};
  ResponseScale scale;
  if (classification) {
    scale.domain = {"7", "9"};
    scale.distribution.kind = DistributionKind::kBernoulli;
  } else {
    scale.mean = 100;
    scale.scale = 10;
  }
  return DeepLearningModel(std::move(encoder), std::move(network), "y", scale, JsonObject());
}

// The same by hand.
std::vector<double> Scores(double x, bool b, bool classification) {
  const double h0 = std::max(0.0, (b ? 1 : 0) + 2 * x);
  const double h1 = std::max(0.0, 2 - x);
  if (!classification) return {100 + 10 * (h0 + 3 * h1)};
  const double e0 = std::exp(h0), e1 = std::exp(3 * h1);
  return {e0 / (e0 + e1), e1 / (e0 + e1)};
}

const std::vector<double> kX = {-1, 0, 0.5, 1, 1.5, 3, 0.25};
const std::vector<int64_t> kLevels = {0, 1, 1, 0, 1, 1, -1};

Frame Rows(size_t chunk) {
  return FrameMaker(kX.size(), chunk).Enum("c", {"b", "unseen"}, kLevels).Real("x", kX).Make();
}

TEST(DeepLearningModel, PredictsAsByHandInChunksOfAnySize) {
  for (bool classification : {true, false}) {
    const DeepLearningModel model = SmallModel(classification);
    for (size_t chunk : {1, 2, 7}) {
      ThreadPool pool(chunk);
      const Frame predictions = model.Predict(Rows(chunk), pool);
      const size_t scores = classification ? 2 : 1;
      ASSERT_EQ(predictions.columns(), classification ? 3U : 1U);
      std::vector<int64_t> codes(kX.size());
      if (classification) {
        EXPECT_EQ(predictions.names(), (std::vector<std::string>{"predict", "7", "9"}));
        ReadCells(predictions, 0, 0, codes);
      }
      for (size_t s = 0; s < scores; ++s) {
        std::vector<double> cells(kX.size());
        ReadCells(predictions, classification ? s + 1 : 0, 0, cells);
        for (size_t r = 0; r < kX.size(); ++r) {
          const std::vector<double> expected = Scores(kX[r], kLevels[r] == 0, classification);
          EXPECT_NEAR(cells[r], expected[s], 1e-5 * std::abs(expected[s])) << r;
          if (classification) {
            EXPECT_EQ(codes[r], expected[1] >= expected[0] ? 1 : 0) << r;
          }
        }
      }
    }
  }
}

TEST(DeepLearningModel, FileRoundTrip) {
  for (bool classification : {true, false}) {
    const DeepLearningModel model = SmallModel(classification);
    const std::string bytes = model.Bytes();
    const auto again = DeepLearningModel::FromFile(ModelFile::FromBytes(bytes, "test"));
    EXPECT_EQ(again->Bytes(), bytes);
    EXPECT_EQ(FormatJson(again->Summary()), FormatJson(model.Summary()));
  }
}

// Written before there were distributions.
TEST(DeepLearningModel, FirstVersionIsStillRead) {
  for (bool classification : {true, false}) {
    const DeepLearningModel model = SmallModel(classification);
    const ModelFile file = ModelFile::FromBytes(model.Bytes(), "test");
    JsonObject description = file.description().as_object();
    description["version"] = 1;
    JsonObject& response = description["response"].as_object();
    for (const char* key : {"distribution", "modified_huber", "class_factors", "autoencoder",
                            "weights_column", "offset_column"}) {
      ASSERT_EQ(response.erase(key), 1U) << key;
    }
    ModelFileWriter writer(description);
    const int64_t outputs = classification ? 2 : 1;
    writer.Add("weights.0", {2, 2}, file.Array("weights.0", {2, 2}));
    writer.Add("biases.0", {1, 2}, file.Array("biases.0", {1, 2}));
    writer.Add("weights.1", {2, outputs}, file.Array("weights.1", {2, outputs}));
    writer.Add("biases.1", {1, outputs}, file.Array("biases.1", {1, outputs}));
    const auto again = DeepLearningModel::FromFile(ModelFile::FromBytes(writer.Bytes(), "test"));
    EXPECT_EQ(again->Bytes(), model.Bytes());
  }
}

TEST(DeepLearningModel, ScoresWhatItKnows) {
  const DeepLearningModel model = SmallModel(true);
  ThreadPool pool(2);
  // As numbers, as levels of another order with one never seen, and with a missing one.
  const Frame rows = Rows(3);
  const Frame numbers = rows.Bind(FrameMaker(7).Int("y", {9, 9, 9, 7, 7, 7, 8}).Make());
  EXPECT_EQ(model.Score(numbers, pool).rows, 6);
  const Frame levels =
      rows.Bind(FrameMaker(7).Enum("y", {"9", "7", "other"}, {0, 0, 0, 1, 1, -1, 2}).Make());
  EXPECT_EQ(model.Score(levels, pool).rows, 5);
  EXPECT_THROW(model.Score(rows, pool), UserError);
  const DeepLearningModel regression = SmallModel(false);
  EXPECT_THROW(regression.Score(levels, pool), UserError);
  const Frame no_x = FrameMaker(1).Enum("c", {"a"}, {0}).Make();
  EXPECT_THROW(model.Predict(no_x, pool), UserError);
}

TEST(DeepLearningModel, RefusesDescriptionsThatDoNotFit) {
  using Change = void (*)(JsonObject&);
  const std::pair<const char*, Change> changes[] = {
      {"later version", [](JsonObject& d) { d["version"] = 99; }},
      {"unknown activation", [](JsonObject& d) { d["activation"] = "Sinus"; }},
      {"widths",
       [](JsonObject& d) {
         d["widths"] = JsonArray{2, 5};
       }},
      {"weights.0",
       [](JsonObject& d) {
         d["widths"] = JsonArray{4, 2};
       }},
      {"weights.2",
       [](JsonObject& d) {
         d["widths"] = JsonArray{2, 2, 2};
       }},
      {"columns", [](JsonObject& d) { d["columns"] = 3; }},
      {"test", [](JsonObject& d) { d.erase("response"); }},
  };
  const ModelFile good = ModelFile::FromBytes(SmallModel(true).Bytes(), "test");
  for (const auto& [text, change] : changes) {
    JsonObject description = good.description().as_object();
    change(description);
    ModelFileWriter writer(description);
    writer.Add("weights.0", {2, 2}, good.Array("weights.0", {2, 2}));
    writer.Add("biases.0", {1, 2}, good.Array("biases.0", {1, 2}));
    writer.Add("weights.1", {2, 2}, good.Array("weights.1", {2, 2}));
    writer.Add("biases.1", {1, 2}, good.Array("biases.1", {1, 2}));
    try {
      DeepLearningModel::FromFile(ModelFile::FromBytes(writer.Bytes(), "test"));
      ADD_FAILURE() << text << " was accepted";
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr(text));
    }
  }
}

}  // namespace
}  // namespace thalweg
