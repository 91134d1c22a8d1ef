#include "learn/deeplearning/initial_weights.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "frame/chunk_builder.h"
#include "learn/deeplearning/training_for_test.h"
#include "models/deeplearning_model.h"
#include "models/weight_frames.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

// y = a - b + noise, and a categorical column.
Frame MakeRows() {
  Random random(1);
  std::vector<double> a(200), b(200), y(200);
  std::vector<int64_t> level(200);
  for (size_t r = 0; r < 200; ++r) {
    a[r] = random.Uniform(-1, 1);
    b[r] = random.Uniform(0, 5);
    level[r] = static_cast<int64_t>(random.Below(2));
    y[r] = a[r] - b[r] + 0.1 * random.Normal();
  }
  const auto real = [](const std::vector<double>& v) {
    return std::make_shared<Column>(ColumnType::kReal, std::vector<ChunkPtr>{EncodeReals(v)});
  };
  const auto levels = std::make_shared<Domain>(std::vector<std::string>{"p", "q"});
  return Frame(std::make_shared<Layout>(std::vector<int64_t>{0, 200}), {"a", "level", "b", "y"},
               {real(a),
                std::make_shared<Column>(ColumnType::kCategorical,
                                         std::vector<ChunkPtr>{EncodeIntegers(level)}, levels),
                real(b), real(y)});
}

DeepLearningParams Params() {
  DeepLearningParams params;
  params.response_column = "y";
  params.hidden = {4, 3};
  params.epochs = 5;
  params.seed = 1;
  params.reproducible = true;
  params.mini_batch_size = 16;
  params.overwrite_with_best_model = false;
  return params;
}

const DeepLearningModel& ModelOf(const TrainingOutcome& outcome) {
  return dynamic_cast<const DeepLearningModel&>(*outcome.model);
}

TEST(InitialWeights, TrainingStartsFromThem) {
  const Frame rows = MakeRows();
  ThreadPool pool(2);
  const TrainingOutcome first = TrainOnTestRanks(Params(), {&rows, nullptr}, pool, {});
  const DeepLearningModel& model = ModelOf(first);
  EXPECT_EQ(WeightsFrame(model, 0).names(),
            (std::vector<std::string>{"level.p", "level.q", "a", "b"}));
  EXPECT_EQ(WeightsFrame(model, 1).names(), (std::vector<std::string>{"C1", "C2", "C3", "C4"}));
  EXPECT_EQ(WeightsFrame(model, 1).rows(), 3);
  std::vector<Frame> weights, biases;
  TrainingFrames frames{&rows, nullptr};
  for (size_t l = 0; l < 3; ++l) {
    weights.push_back(WeightsFrame(model, l));
    biases.push_back(BiasesFrame(model, l));
  }
  // Steps too small to see: the net stays where it began.
  DeepLearningParams still = Params();
  for (size_t l = 0; l < 3; ++l) {
    still.initial_weights.push_back(fmt::format("w{}", l));
    still.initial_biases.push_back(fmt::format("b{}", l));
    frames.named[still.initial_weights[l]] = &weights[l];
    frames.named[still.initial_biases[l]] = &biases[l];
  }
  still.optimizer = OptimizerKind::kSgd;
  still.rate = 1e-30;
  const TrainingOutcome second = TrainOnTestRanks(still, frames, pool, {});
  for (size_t l = 0; l < 3; ++l) {
    const AffineWeights& a = model.network().layers[l];
    const AffineWeights& b = ModelOf(second).network().layers[l];
    for (size_t i = 0; i < a.weights.rows(); ++i) {
      for (size_t j = 0; j < a.weights.columns(); ++j) {
        EXPECT_EQ(a.weights(i, j), b.weights(i, j)) << l;
      }
    }
    for (size_t j = 0; j < a.biases.columns(); ++j) EXPECT_EQ(a.biases(0, j), b.biases(0, j)) << l;
  }
  EXPECT_EQ(second.training_metrics.mse, first.training_metrics.mse);
}

// Rectifiers behind one-hot inputs let most rows through at first; all other nets start at 0.
TEST(InitialWeights, BiasesOfTheFirstLayer) {
  const Frame rows = MakeRows();
  ThreadPool pool(1);
  const auto bias = [&](Activation activation, bool levels) {
    DeepLearningParams params = Params();
    params.activation = activation;
    params.optimizer = OptimizerKind::kSgd;
    params.rate = 1e-30;
    if (!levels) params.ignored_columns = {"level"};
    const TrainingOutcome outcome = TrainOnTestRanks(params, {&rows, nullptr}, pool, {});
    const std::vector<AffineWeights>& layers = ModelOf(outcome).network().layers;
    EXPECT_NEAR(layers[1].biases(0, 0), 0, 1e-6);
    return layers[0].biases(0, 3);
  };
  EXPECT_NEAR(bias(Activation::kRectifier, true), 0.3, 1e-6);
  EXPECT_NEAR(bias(Activation::kRectifier, false), 0, 1e-6);
  EXPECT_NEAR(bias(Activation::kRectifierWithDropout, true), 0, 1e-6);
  EXPECT_NEAR(bias(Activation::kTanh, true), 0, 1e-6);
}

TEST(InitialWeights, RefusesWhatDoesNotFit) {
  const Frame rows = MakeRows();
  ThreadPool pool(1);
  const TrainingOutcome outcome = TrainOnTestRanks(Params(), {&rows, nullptr}, pool, {});
  const Frame first = WeightsFrame(ModelOf(outcome), 0);
  const auto message = [&](std::vector<std::string> names) -> std::string {
    DeepLearningParams params = Params();
    params.initial_weights = std::move(names);
    try {
      TrainOnTestRanks(params, {&rows, nullptr, {{"first", &first}, {"rows", &rows}}}, pool, {});
    } catch (const UserError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message({"first", "", ""}), "accepted");
  EXPECT_THAT(message({"first"}), HasSubstr("3 layers"));
  EXPECT_THAT(message({"", "first", ""}), HasSubstr("needs 3 rows"));
  EXPECT_THAT(message({"rows", "", ""}), HasSubstr("initial_weights of layer 1"));
  EXPECT_THAT(message({"other", "", ""}), HasSubstr("initial_weights: there is no frame 'other'"));
}

}  // namespace
}  // namespace thalweg
