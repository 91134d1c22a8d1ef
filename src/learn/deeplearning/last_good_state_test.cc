#include "learn/deeplearning/last_good_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"
#include "learn/deeplearning/mini_batch.h"
#include "learn/deeplearning/random_rows.h"
#include "learn/deeplearning/training_state.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

struct Trained {
  explicit Trained(const OptimizerOptions& options)
      : net(MakeNet<float>({.input = {0, 6, 0},
                            .activation = Activation::kTanh,
                            .hidden = {8},
                            .dropout = {},
                            .outputs = 3,
                            .batch_norm = true})),
        optimizer(MakeOptimizer<float>(options, net.Blocks())),
        rows(RandomRows<float>({0, 6, 0}, 64, 3, 1)),
        pool(1),
        trainer(net, *optimizer, rows, {}, 16, pool) {
    InitializeWeights(net, WeightDistribution::kUniformAdaptive, 1, 2);
  }
  void Train() { trainer.Train(RowNumbers(64), 0); }
  std::vector<std::vector<float>> Values() {
    std::vector<std::vector<float>> all;
    for (Matrix<float>* m : TrainingState(net, *optimizer))
      all.emplace_back(m->elements().begin(), m->elements().end());
    return all;
  }

  Net<float> net;
  std::unique_ptr<Optimizer<float>> optimizer;
  MatrixRows<float> rows;
  ThreadPool pool;
  MiniBatchTrainer<float> trainer;
};

TEST(LastGoodState, BringsBackEverythingAndHalvesTheRate) {
  for (OptimizerKind kind : {OptimizerKind::kAdadelta, OptimizerKind::kSgd, OptimizerKind::kAdagrad,
                             OptimizerKind::kRmsprop, OptimizerKind::kAdam}) {
    const OptimizerOptions options = {.kind = kind, .rate = 0.01, .momentum_stable = 0.9};
    OptimizerOptions half = options;
    half.rate = 0.005;
    Trained a(options), b(half);
    LastGoodState good(a.net, *a.optimizer, true);
    good.Keep(0);
    const auto before = a.Values();
    a.Train();
    EXPECT_FALSE(a.Values() == before);
    std::vector<std::string> notes;
    EXPECT_EQ(good.GoBack(64, notes), 0U);
    EXPECT_TRUE(a.Values() == before) << static_cast<int>(kind);
    ASSERT_EQ(notes.size(), 1U);
    EXPECT_THAT(notes[0], HasSubstr("after 64 samples"));
    a.Train();
    b.Train();
    EXPECT_EQ(a.Values() == b.Values(), kind != OptimizerKind::kAdadelta);
  }
}

TEST(LastGoodState, GoesOnWithTheRatesThatWereHalved) {
  const OptimizerOptions options = {.kind = OptimizerKind::kSgd, .rate = 0.01};
  OptimizerOptions eighth = options;
  eighth.rate = 0.00125;
  Trained a(options), b(eighth);
  LastGoodState good(a.net, *a.optimizer, true);
  good.Restore(3);
  EXPECT_EQ(good.returns(), 3);
  a.Train();
  b.Train();
  EXPECT_TRUE(a.Values() == b.Values());
  good.Keep(0);
  std::vector<std::string> notes;
  good.GoBack(1, notes);
  EXPECT_THAT(notes[0], HasSubstr("4 of at most 5"));
}

TEST(LastGoodState, KnowsWhatIsSound) {
  Trained t({});
  const LastGoodState good(t.net, *t.optimizer, true);
  Matrix<float>& weights = *t.net.Blocks()[2].values;
  EXPECT_TRUE(good.IsSound());
  for (float bad : {std::numeric_limits<float>::quiet_NaN(), 2e10F, -2e10F,
                    std::numeric_limits<float>::infinity()}) {
    weights(0, weights.columns() - 1) = bad;
    EXPECT_FALSE(good.IsSound()) << bad;
  }
  weights(0, weights.columns() - 1) = 9e9F;
  EXPECT_TRUE(good.IsSound());
}

TEST(LastGoodState, GivesUp) {
  Trained t({});
  std::vector<std::string> notes;
  LastGoodState good(t.net, *t.optimizer, true);
  good.Keep(10);
  for (int i = 0; i < LastGoodState::kMostReturns; ++i) EXPECT_EQ(good.GoBack(20, notes), 10U);
  EXPECT_THROW(good.GoBack(20, notes), UserError);
  EXPECT_EQ(notes.size(), 5U);
  LastGoodState off(t.net, *t.optimizer, false);
  off.Keep(10);
  EXPECT_THROW(off.GoBack(20, notes), UserError);
}

}  // namespace
}  // namespace thalweg
