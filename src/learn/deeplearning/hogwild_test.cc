#include "learn/deeplearning/hogwild.h"

#include <gtest/gtest.h>

#include <cmath>

#include "learn/deeplearning/mini_batch.h"
#include "learn/deeplearning/random_rows.h"

namespace thalweg {
namespace {

struct Trained {
  std::vector<Matrix<float>> values;
  double first_loss = 0;
  double last_loss = 0;
};

template <class Trainer>
Trained TrainWith(const std::function<Trainer(Net<float>&, Optimizer<float>&,
                                              const TrainingRows<float>&, ThreadPool&)>& make,
                  OptimizerKind kind, size_t threads, double max_w2 = 0) {
  const InputShape shape = {12, 20, 30};
  const MatrixRows<float> rows = RandomRows<float>(shape, 3000, 4, 4);
  Net<float> net =
      MakeNet<float>({.input = shape, .hidden = {48, 32}, .dropout = {}, .outputs = 4});
  InitializeWeights(net, WeightDistribution::kUniformAdaptive, 1, 2);
  const auto blocks = net.Blocks();
  const bool fast = kind == OptimizerKind::kSgd || kind == OptimizerKind::kAdagrad;
  const auto optimizer = MakeOptimizer<float>(
      {.kind = kind, .rate = fast ? 0.02 : 0.002, .momentum_stable = 0.5}, blocks);
  ThreadPool pool(threads);
  Trainer trainer = make(net, *optimizer, rows, pool);
  Trained result;
  for (uint64_t epoch = 0; epoch < 6; ++epoch) {
    result.last_loss = trainer.Train(RowNumbers(3000), 3000 * epoch);
    if (epoch == 0) result.first_loss = result.last_loss;
  }
  for (const auto& block : blocks) result.values.push_back(*block.values);
  if (max_w2 > 0) {
    for (size_t b = 0; b < blocks.size(); b += 2) {
      const Matrix<float>& w = *blocks[b].values;
      for (size_t j = 0; j < w.columns(); ++j) {
        double squares = 0;
        for (size_t i = 0; i < w.rows(); ++i) squares += w(i, j) * w(i, j);
        EXPECT_LE(squares, max_w2 * 1.0001);
      }
    }
  }
  return result;
}

Trained Hogwild(OptimizerKind kind, size_t threads, StepOptions options = {}) {
  const double limit = std::isfinite(options.max_w2) ? options.max_w2 : 0;
  return TrainWith<HogwildTrainer>(
      [&](auto& net, auto& optimizer, auto& rows, auto& pool) {
        return HogwildTrainer(net, optimizer, rows, options, pool);
      },
      kind, threads, limit);
}

TEST(Hogwild, Learns) {
  for (OptimizerKind kind :
       {OptimizerKind::kAdadelta, OptimizerKind::kSgd, OptimizerKind::kAdagrad,
        OptimizerKind::kRmsprop, OptimizerKind::kAdam, OptimizerKind::kAdamw}) {
    for (size_t threads : {1, 2, 4}) {
      const Trained trained = Hogwild(kind, threads, {.input_dropout = 0.05, .max_w2 = 4});
      EXPECT_LT(trained.last_loss, 0.75 * trained.first_loss)
          << threads << ", optimizer " << static_cast<int>(kind);
    }
  }
}

// With one thread there is no race: single rows in order.
TEST(Hogwild, OneThreadIsBatchesOfOneRow) {
  const Trained wild = Hogwild(OptimizerKind::kAdadelta, 1);
  const Trained batch = TrainWith<MiniBatchTrainer<float>>(
      [](auto& net, auto& optimizer, auto& rows, auto& pool) {
        return MiniBatchTrainer<float>(net, optimizer, rows, {}, 1, pool);
      },
      OptimizerKind::kAdadelta, 1);
  for (size_t b = 0; b < wild.values.size(); ++b) {
    const auto one = wild.values[b].elements();
    const auto other = batch.values[b].elements();
    EXPECT_TRUE(std::equal(one.begin(), one.end(), other.begin())) << b;
  }
}

}  // namespace
}  // namespace thalweg
