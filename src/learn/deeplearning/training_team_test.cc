#include "learn/deeplearning/training_team.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/json.h"
#include "cluster/local/local_ranks.h"
#include "learn/deeplearning/training_for_test.h"
#include "models/deeplearning_model.h"

namespace thalweg {
namespace {

// What each rank's training came to.
std::vector<TrainingOutcome> TrainOnRanks(int ranks, const DeepLearningParams& params,
                                          const CancelToken* cancel = nullptr) {
  static const Frame training = MakeFrame(2000, 1);
  static const Frame validation = MakeFrame(500, 2);
  std::vector<TrainingOutcome> outcomes(static_cast<size_t>(ranks));
  RunLocalRanks(ranks, [&](Communicator& comm) {
    ThreadPool pool(1);
    outcomes[static_cast<size_t>(comm.rank())] =
        TrainDeepLearning(params, {&training, &validation}, pool, {.cancel = cancel}, &comm);
  });
  return outcomes;
}

Net<float> SmallNet() {
  NetOptions options;
  options.input.dense = 2;
  options.hidden = {3};
  return MakeNet<float>(options);
}

TEST(TrainingTeam, MeansAreWeightedBySamples) {
  RunLocalRanks(3, [](Communicator& comm) {
    Net<float> net = SmallNet();
    auto optimizer = MakeOptimizer<float>({.kind = OptimizerKind::kAdadelta}, net.Blocks());
    const auto value = static_cast<float>(comm.rank() + 1);
    for (Matrix<float>* matrix : net.State()) matrix->row(0)[0] = value;
    for (Matrix<float>* matrix : optimizer->State()) matrix->row(0)[0] = 10 * value;
    TrainingTeam team(&comm, net, *optimizer);
    const uint64_t samples[] = {10, 30, 0};
    const std::vector<TrainingTeam::Trained> all =
        team.Average({.samples = samples[comm.rank()], .why_ended = comm.rank() == 2 ? 5U : 0U});
    ASSERT_EQ(all.size(), 3U);
    for (size_t r = 0; r < 3; ++r) EXPECT_EQ(all[r].samples, samples[r]);
    EXPECT_EQ(all[2].why_ended, 5U);
    for (Matrix<float>* matrix : net.State()) EXPECT_FLOAT_EQ(matrix->row(0)[0], 1.75F);
    for (Matrix<float>* matrix : optimizer->State()) EXPECT_FLOAT_EQ(matrix->row(0)[0], 17.5F);
    EXPECT_EQ(team.averagings(), 1);
  });
}

// Two averagings: weights go from 0 by 1, then by 2 and a half of what they went before.
TEST(TrainingTeam, MomentumMovesOn) {
  RunLocalRanks(2, [](Communicator& comm) {
    Net<float> net = SmallNet();
    auto optimizer = MakeOptimizer<float>({.kind = OptimizerKind::kAdadelta}, net.Blocks());
    TrainingTeam team(&comm, net, *optimizer, {.momentum = 0.5});
    Matrix<float>& weights = *net.Blocks()[0].values;
    weights.row(0)[0] = 0;
    team.Start();
    weights.row(0)[0] = comm.rank() == 0 ? 0.5F : 1.5F;
    team.Average({.samples = 10});
    EXPECT_FLOAT_EQ(weights.row(0)[0], 1);
    weights.row(0)[0] += 2;
    team.Average({.samples = 10});
    EXPECT_FLOAT_EQ(weights.row(0)[0], 3.5);
    // Set in another way, they are at rest.
    weights.row(0)[0] = 10;
    team.Start();
    weights.row(0)[0] += 1;
    team.Average({.samples = 10});
    EXPECT_FLOAT_EQ(weights.row(0)[0], 11);
  });
}

// The average moves towards the mean; the ranks keep their weights, and are drawn to the average.
TEST(TrainingTeam, ElasticAveraging) {
  RunLocalRanks(2, [](Communicator& comm) {
    Net<float> net = SmallNet();
    ElasticOptimizer optimizer(
        MakeOptimizer<float>({.kind = OptimizerKind::kSgd, .rate = 0.5}, net.Blocks()),
        net.Blocks(), 0.1);
    TrainingTeam team(&comm, net, optimizer, {.elastic = &optimizer, .moving_rate = 0.75});
    Matrix<float>& weights = *net.Blocks()[0].values;
    weights.row(0)[0] = 4;
    team.Start();
    const float own = comm.rank() == 0 ? 5 : 11;
    weights.row(0)[0] = own;
    team.Average({.samples = 10});
    EXPECT_FLOAT_EQ(weights.row(0)[0], own);
    {
      const TrainingTeam::Agreed agreed(team);
      EXPECT_FLOAT_EQ(weights.row(0)[0], 7);  // 0.75 * 8 + 0.25 * 4
    }
    EXPECT_FLOAT_EQ(weights.row(0)[0], own);
    const Matrix<float> gradient(1, weights.columns());
    optimizer.BeginStep(0, 1);
    optimizer.Update(0, 0, 0, gradient.row(0), 1, weights.columns());
    EXPECT_FLOAT_EQ(weights.row(0)[0], own - 0.5F * 0.1F * (own - 7));
    // Set in another way, they are the average.
    weights.row(0)[0] = 3;
    team.Start();
    const TrainingTeam::Agreed agreed(team);
    EXPECT_FLOAT_EQ(weights.row(0)[0], 3);
  });
}

// What is rounded is how far weights have moved, not the weights; states of the optimizer as they
// are, so that what is positive stays so.
TEST(TrainingTeam, Bfloat16RoundsMovements) {
  for (const double momentum : {0.0, 0.5}) {
    RunLocalRanks(3, [&](Communicator& comm) {
      Net<float> net = SmallNet();
      auto optimizer = MakeOptimizer<float>({.kind = OptimizerKind::kAdadelta}, net.Blocks());
      TrainingTeam team(&comm, net, *optimizer, {.momentum = momentum, .bfloat16 = true});
      Matrix<float>& weights = *net.Blocks()[0].values;
      Matrix<float>& state = *optimizer->State()[0];
      weights.row(0)[0] = 1000;
      team.Start();
      const auto rank = static_cast<float>(comm.rank());
      weights.row(0)[0] += 0.25F + 0.01F * rank;
      state.row(0)[0] = 3 + rank / 3;
      team.Average({.samples = 10});
      EXPECT_NEAR(weights.row(0)[0], 1000.26, 0.26 / 128);
      EXPECT_NEAR(state.row(0)[0], 10.0 / 3, 4.0 / 128);
      const float before = weights.row(0)[0];
      weights.row(0)[0] += 0.5;
      team.Average({.samples = 10});
      // The second averaging's movement: t / (t + 2) of the first, at most the momentum.
      EXPECT_NEAR(weights.row(0)[0] - before, 0.5 + momentum * 0.26, 1.0 / 128);
    });
  }
}

// The mean of three ranks' steps is no longer than one of them: at least what one rank learns of a
// third of the samples is there.
TEST(TrainingOverRanks, LearnsFromAllRanks) {
  DeepLearningParams params = Classify();
  const auto logloss = [&](int ranks, double epochs, int64_t iteration) {
    params.epochs = epochs;
    params.train_samples_per_iteration = iteration;
    double sum = 0;
    for (const int64_t seed : {2, 5, 7, 8}) {
      params.seed = seed;
      const std::vector<TrainingOutcome> outcomes = TrainOnRanks(ranks, params);
      EXPECT_EQ(outcomes[0].epochs, epochs);
      for (size_t r = 1; r < outcomes.size(); ++r) EXPECT_EQ(outcomes[r].model, nullptr);
      sum += *outcomes[0].validation_metrics->logloss;
    }
    return sum / 4;
  };
  const double third = logloss(1, 10, 0);
  EXPECT_LT(logloss(1, 30, 0), 0.7 * third) << "there is something to learn";
  for (const int64_t iteration : {-2, -1, 0, 500, 96}) {
    EXPECT_LT(logloss(3, 30, iteration), 1.2 * third) << iteration;
  }
}

TEST(TrainingOverRanks, LearnsWithHalfTheBytes) {
  DeepLearningParams params = Classify();
  params.epochs = 30;
  params.train_samples_per_iteration = 500;
  const auto logloss = [&](ExchangePrecision precision) {
    params.exchange_precision = precision;
    return *TrainOnRanks(3, params)[0].validation_metrics->logloss;
  };
  for (const bool elastic : {false, true}) {
    params.elastic_averaging = elastic;
    EXPECT_NEAR(logloss(ExchangePrecision::kBfloat16) / logloss(ExchangePrecision::kFloat32), 1,
                0.15)
        << elastic;
  }
}

TEST(TrainingOverRanks, LearnsWithElasticAveraging) {
  DeepLearningParams params = Classify();
  params.epochs = 10;
  const double alone = *TrainOnRanks(1, params)[0].validation_metrics->logloss;
  params.elastic_averaging = true;
  params.epochs = 30;
  params.train_samples_per_iteration = 500;
  for (const int64_t batch : {1, 0}) {
    params.mini_batch_size = batch;
    const TrainingOutcome outcome = TrainOnRanks(3, params)[0];
    EXPECT_LT(*outcome.validation_metrics->logloss, 1.3 * alone) << batch;
    EXPECT_EQ(outcome.epochs, 30);
    // The model that is saved is the one that was scored.
    ThreadPool pool(1);
    const Frame validation = MakeFrame(500, 2);
    EXPECT_NEAR(outcome.model->Score(validation, pool).mse, outcome.validation_metrics->mse, 1e-9);
  }
}

// Of single rows and of a response that is a number, whose loss changes by the epoch.
TEST(TrainingOverRanks, HogwildAndHuber) {
  DeepLearningParams params = Regress();
  params.mini_batch_size = 1;
  params.distribution = DistributionKind::kHuber;
  const TrainingOutcome outcome = TrainOnRanks(2, params)[0];
  EXPECT_EQ(outcome.epochs, 20);
  EXPECT_GT(*outcome.validation_metrics->r2, 0.8);
}

TEST(TrainingOverRanks, OneRankTrainsAloneWhereAskedTo) {
  DeepLearningParams params = Classify();
  params.epochs = 3;
  params.reproducible = true;
  const TrainingOutcome alone = TrainOnRanks(1, params)[0];
  for (const bool single : {false, true}) {
    params.single_node_mode = single;
    const std::vector<TrainingOutcome> outcomes = TrainOnRanks(3, params);
    ASSERT_NE(outcomes[0].model, nullptr);
    EXPECT_EQ(outcomes[2].model, nullptr);
    EXPECT_EQ(outcomes[0].validation_metrics->mse, alone.validation_metrics->mse);
  }
}

TEST(TrainingOverRanks, AnInterruptionEndsIt) {
  DeepLearningParams params = Classify();
  params.epochs = 1e6;
  CancelToken cancel;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    cancel.Cancel();
  });
  const TrainingOutcome outcome = TrainOnRanks(3, params, &cancel)[0];
  other.join();
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_GT(outcome.samples, 0);
  ASSERT_NE(outcome.model, nullptr);
}

TEST(TrainingOverRanks, EndsInTime) {
  DeepLearningParams params = Classify();
  params.epochs = 1e6;
  params.max_runtime_secs = 0.3;
  EXPECT_TRUE(TrainOnRanks(2, params)[0].out_of_time);
}

TEST(TrainingOverRanks, StopsEarly) {
  DeepLearningParams params = Classify();
  params.epochs = 1e4;
  params.stopping_rounds = 2;
  params.stopping_tolerance = 0.5;
  params.score_each_iteration = true;
  EXPECT_LT(TrainOnRanks(3, params)[0].epochs, 1e4);
}

TEST(TrainingOverRanks, WhatExplodesEndsWithAdvice) {
  DeepLearningParams params = Regress();
  params.adaptive_rate = false;
  params.rate = 1e6;
  EXPECT_THROW(TrainOnRanks(2, params), UserError);
}

}  // namespace
}  // namespace thalweg
