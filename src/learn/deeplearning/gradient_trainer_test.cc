#include "learn/deeplearning/gradient_trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <thread>

#include "base/error.h"
#include "cluster/local/local_ranks.h"
#include "learn/deeplearning/initial_weights.h"
#include "learn/deeplearning/mini_batch.h"
#include "learn/deeplearning/random_rows.h"
#include "learn/deeplearning/training_for_test.h"
#include "models/deeplearning_model.h"

namespace thalweg {
namespace {

using ::testing::HasSubstr;

struct Config {
  const char* name;
  InputShape input;
  OptimizerOptions optimizer;
  StepOptions step;
  double dropout = 0;
  std::vector<size_t> hidden = {20, 70};
  size_t rows = 200;
};

const Config kConfigs[] = {
    {"dense", {0, 7, 0}, {.kind = OptimizerKind::kAdadelta}, {.seed = 3}},
    {"levels",
     {9, 3, 0},
     {.kind = OptimizerKind::kSgd, .momentum_start = 0.5, .momentum_stable = 0.9, .l2 = 1e-3},
     {.seed = 3}},
    {"sparse", {5, 2, 40}, {.kind = OptimizerKind::kAdam, .rate = 0.01}, {.seed = 3}},
    {"dropout", {0, 7, 0}, {.kind = OptimizerKind::kSgd}, {.input_dropout = 0.2, .seed = 3}, 0.5},
    {"clipped",
     {4, 3, 0},
     {.kind = OptimizerKind::kSgd, .rate = 0.5},
     {.gradient_clip = 0.05, .seed = 3}},
    {"limited", {4, 3, 0}, {.kind = OptimizerKind::kSgd, .rate = 0.5}, {.max_w2 = 0.5, .seed = 3}},
};

using Weights = std::vector<std::vector<float>>;

Net<float> MakeOf(const Config& config) {
  NetOptions options;
  options.input = config.input;
  options.hidden = config.hidden;
  if (config.dropout > 0)
    options.dropout = std::vector<double>(config.hidden.size(), config.dropout);
  options.outputs = 3;
  Net<float> net = MakeNet<float>(options);
  InitializeWeights(net, WeightDistribution::kUniformAdaptive, 1, 2);
  return net;
}

// `train` is called with net, optimizer and rows.
template <class Train>
Weights After(const Config& config, const Train& train) {
  Net<float> net = MakeOf(config);
  const auto optimizer = MakeOptimizer<float>(config.optimizer, net.Blocks());
  const MatrixRows<float> rows = RandomRows<float>(config.input, config.rows, 3, 4);
  train(net, *optimizer, rows);
  Weights weights;
  for (const ParameterBlock<float>& block : net.Blocks()) {
    weights.emplace_back(block.values->elements().begin(), block.values->elements().end());
  }
  return weights;
}

Weights Expected(const Config& config, size_t batch) {
  ThreadPool pool(1);
  return After(config, [&](auto& net, auto& optimizer, const auto& rows) {
    MiniBatchTrainer<float>(net, optimizer, rows, config.step, batch, pool)
        .Train(RowNumbers(config.rows), 100);
  });
}

// Of rank 0; those of the others must be the same to the bit.
Weights OverRanks(const Config& config, size_t batch, GradientSum::Kind kind, int ranks,
                  size_t threads) {
  std::vector<Weights> weights(static_cast<size_t>(ranks));
  RunLocalRanks(ranks, [&](Communicator& comm) {
    ThreadPool pool(threads);
    weights[static_cast<size_t>(comm.rank())] =
        After(config, [&](auto& net, auto& optimizer, const auto& rows) {
          GradientTrainer(net, optimizer, rows, config.step, batch, kind, &comm, pool)
              .Train(RowNumbers(config.rows), 100);
        });
  });
  for (const Weights& other : weights) EXPECT_TRUE(other == weights[0]) << "ranks stay together";
  return weights[0];
}

TEST(GradientTrainer, MovesWeightsAsOneRankDoes) {
  for (const Config& config : kConfigs) {
    for (const size_t batch : {3, 40}) {
      const Weights expected = Expected(config, batch);
      for (const int ranks : {1, 2, 3, 5}) {
        for (const auto kind :
             {GradientSum::kFloats, GradientSum::kExact, GradientSum::kBfloat16}) {
          SCOPED_TRACE(std::string(config.name) + " batch " + std::to_string(batch) + " ranks " +
                       std::to_string(ranks) + " kind " + std::to_string(kind));
          const Weights got = OverRanks(config, batch, kind, ranks, 1);
          // Rounding leads single weights further away over the steps, but on the whole not.
          const bool rounded = kind == GradientSum::kBfloat16 && ranks > 1;
          double differences = 0;
          double count = 0;
          for (size_t b = 0; b < expected.size(); ++b) {
            for (size_t i = 0; i < expected[b].size(); ++i) {
              ASSERT_NEAR(got[b][i], expected[b][i], rounded ? 0.2 : 1e-3)
                  << "block " << b << " element " << i;
              differences += std::abs(got[b][i] - expected[b][i]);
              ++count;
            }
          }
          EXPECT_LT(differences, 0.005 * count);
        }
      }
    }
  }
}

// Layers that are walked by columns, and fill a bucket each: gradients travel during the walk.
// Seven ranks have fewer shards than there are ranks.
TEST(GradientTrainer, LayersTravelOnTheirOwn) {
  Config config = {"large", {6, 5, 0}, {.kind = OptimizerKind::kSgd, .rate = 0.05}, {.seed = 3}};
  config.hidden = {24, 800, 800, 40};
  config.rows = 80;
  for (const double clip : {std::numeric_limits<double>::infinity(), 0.05}) {
    config.step.gradient_clip = clip;
    const Weights expected = Expected(config, 40);
    const Weights exact = OverRanks(config, 40, GradientSum::kExact, 1, 1);
    EXPECT_TRUE(OverRanks(config, 40, GradientSum::kExact, 3, 2) == exact);
    EXPECT_TRUE(OverRanks(config, 40, GradientSum::kExact, 7, 1) == exact);
    for (const int ranks : {1, 2, 3}) {
      const Weights got = OverRanks(config, 40, GradientSum::kFloats, ranks, 2);
      for (size_t b = 0; b < expected.size(); ++b) {
        for (size_t i = 0; i < expected[b].size(); ++i) {
          ASSERT_NEAR(got[b][i], expected[b][i], 1e-4) << ranks << " block " << b << " at " << i;
        }
      }
    }
  }
}

// A rank that fails ends the exchanges of the others.
TEST(GradientTrainer, ALostRankEndsTheBatch) {
  Config config = kConfigs[0];
  EXPECT_THROW(RunLocalRanks(3,
                             [&](Communicator& comm) {
                               if (comm.rank() == 2) throw UserError("gone");
                               ThreadPool pool(1);
                               After(config, [&](auto& net, auto& optimizer, const auto& rows) {
                                 GradientTrainer(net, optimizer, rows, config.step, 40,
                                                 GradientSum::kFloats, &comm, pool)
                                     .Train(RowNumbers(config.rows), 100);
                               });
                             }),
               UserError);
}

TEST(GradientTrainer, ExactSumsDoNotDependOnRanksAndThreads) {
  for (const Config& config : kConfigs) {
    const Weights one = OverRanks(config, 64, GradientSum::kExact, 1, 1);
    for (const int ranks : {1, 2, 3, 4, 7}) {
      for (const size_t threads : {1, 2}) {
        EXPECT_TRUE(OverRanks(config, 64, GradientSum::kExact, ranks, threads) == one)
            << config.name << " " << ranks << " " << threads;
      }
    }
  }
}

TrainingOutcome TrainOver(int ranks, size_t threads, const DeepLearningParams& params,
                          const CancelToken* cancel = nullptr) {
  static const Frame training = MakeFrame(2000, 1);
  static const Frame validation = MakeFrame(500, 2);
  TrainingOutcome outcome;
  RunLocalRanks(ranks, [&](Communicator& comm) {
    ThreadPool pool(threads);
    TrainingOutcome mine =
        TrainDeepLearning(params, {&training, &validation}, pool, {.cancel = cancel}, &comm);
    if (comm.rank() == 0) outcome = std::move(mine);
  });
  return outcome;
}

std::vector<std::vector<float>> WeightsOf(const TrainingOutcome& outcome) {
  const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
  std::vector<std::vector<float>> weights;
  for (const auto& layer : model.network().layers) {
    weights.emplace_back(layer.weights.elements().begin(), layer.weights.elements().end());
  }
  return weights;
}

DeepLearningParams WithGradients() {
  DeepLearningParams params = Classify();
  params.averaging = Averaging::kGradients;
  params.mini_batch_size = 32;
  params.epochs = 3;
  return params;
}

TEST(GradientsOverRanks, ReproducibleTrainingsAreTheSameToTheBit) {
  DeepLearningParams params = WithGradients();
  params.reproducible = true;
  params.activation = Activation::kRectifierWithDropout;
  const TrainingOutcome one = TrainOver(1, 1, params);
  for (const int ranks : {1, 2, 3, 4}) {
    for (const size_t threads : {1, 2}) {
      const TrainingOutcome outcome = TrainOver(ranks, threads, params);
      EXPECT_TRUE(WeightsOf(outcome) == WeightsOf(one)) << ranks << " ranks " << threads;
      EXPECT_EQ(outcome.validation_metrics->logloss, one.validation_metrics->logloss);
    }
  }
  params.seed = 43;
  EXPECT_FALSE(WeightsOf(TrainOver(2, 1, params)) == WeightsOf(one));
}

// As many steps as on one rank, so nothing is lost by ranks.
TEST(GradientsOverRanks, LearnAsMuchAsOneRank) {
  DeepLearningParams params = WithGradients();
  params.epochs = 20;
  const double one = *TrainOver(1, 1, params).validation_metrics->logloss;
  const TrainingOutcome three = TrainOver(3, 1, params);
  EXPECT_LT(*three.validation_metrics->logloss, 1.1 * one);
  EXPECT_EQ(three.epochs, 20);
  for (const std::string& warning : three.warnings) {
    EXPECT_THAT(warning, testing::Not(HasSubstr("averaging")));
  }
}

TEST(GradientsOverRanks, EndTogether) {
  DeepLearningParams params = WithGradients();
  params.epochs = 1e6;
  params.max_runtime_secs = 0.3;
  EXPECT_TRUE(TrainOver(3, 1, params).out_of_time);
  params.max_runtime_secs = 0;
  CancelToken cancel;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    cancel.Cancel();
  });
  EXPECT_TRUE(TrainOver(3, 1, params, &cancel).interrupted);
  other.join();
  params = WithGradients();
  params.response_column = "value";
  params.ignored_columns = {"label"};
  params.adaptive_rate = false;
  params.rate = 1e6;
  EXPECT_THROW(TrainOver(2, 1, params), UserError);
}

TEST(GradientsOverRanks, WhatIsNotThereYetIsRefused) {
  const auto error_of = [](DeepLearningParams params) -> std::string {
    try {
      TrainOver(2, 1, params);
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  };
  DeepLearningParams params = WithGradients();
  params.mini_batch_size = 1;
  EXPECT_THAT(error_of(params), HasSubstr("mini_batch_size must be more than 1"));
  params = WithGradients();
  params.batch_norm = true;
  EXPECT_THAT(error_of(params), HasSubstr("batch_norm"));
}

}  // namespace
}  // namespace thalweg
