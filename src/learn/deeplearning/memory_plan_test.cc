#include "learn/deeplearning/memory_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"
#include "learn/deeplearning/batch_step.h"
#include "learn/deeplearning/random_rows.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

uint64_t BytesOf(const std::vector<Matrix<float>*>& matrices) {
  uint64_t bytes = 0;
  for (const Matrix<float>* m : matrices) bytes += m->elements().size_bytes();
  return bytes;
}

std::vector<NetOptions> Nets() {
  const NetOptions plain = {.input = {7, 30, 5}, .hidden = {512, 20}, .dropout = {}, .outputs = 3};
  NetOptions maxout = plain, normal = plain, linear = plain;
  maxout.activation = Activation::kMaxoutWithDropout;
  maxout.dropout = {0.5, 0};
  normal.batch_norm = true;
  linear.hidden = {};
  return {plain, maxout, normal, linear};
}

TEST(MemoryPlan, IsWhatIsAllocated) {
  for (const NetOptions& options : Nets()) {
    for (OptimizerKind kind : {OptimizerKind::kAdadelta, OptimizerKind::kSgd,
                               OptimizerKind::kRmsprop, OptimizerKind::kAdam}) {
      for (uint64_t batch : {1, 33}) {
        const OptimizerOptions optimizer_options = {.kind = kind};
        const MemoryPlan plan =
            PlanMemory(options, {.optimizer = optimizer_options, .batch_rows = batch}, 0);
        Net<float> net = MakeNet<float>(options);
        std::vector<Matrix<float>*> values;
        for (const auto& block : net.Blocks()) values.push_back(block.values);
        EXPECT_EQ(plan.weights, BytesOf(values));
        const auto optimizer = MakeOptimizer<float>(optimizer_options, net.Blocks());
        // Adam's step counter is a matrix of one vector.
        EXPECT_NEAR(static_cast<double>(plan.optimizer_state),
                    static_cast<double>(BytesOf(optimizer->State())), kVectorBytes);
        const MatrixRows<float> rows = RandomRows<float>(options.input, 40, 3, 1);
        const BatchStep<float> step(net, *optimizer, rows, {}, batch);
        EXPECT_EQ(plan.activations, step.ActivationBytes());
      }
    }
  }
}

TEST(MemoryPlan, CountsWhatRanksSendEachOther) {
  const NetOptions net = Nets()[0];
  const MemoryPlan alone = PlanMemory(net, {}, 0);
  EXPECT_EQ(alone.exchange, 0U);
  const MemoryPlan averaged = PlanMemory(net, {.averaging = true, .averaging_movement = true}, 0);
  EXPECT_EQ(averaged.exchange, 3 * (alone.weights + alone.optimizer_state) + 2 * alone.weights);
  EXPECT_EQ(averaged.Total(), alone.Total() + averaged.exchange);
  EXPECT_THAT(averaged.ToText(), HasSubstr("exchange between ranks"));
}

TEST(MemoryPlan, GrowsWithThreadsWhereEachHasABatch) {
  const NetOptions net = Nets()[0];
  const MemoryPlan one = PlanMemory(net, {.hogwild = true}, 0);
  const MemoryPlan four = PlanMemory(net, {.hogwild = true, .threads = 4}, 0);
  EXPECT_EQ(four.activations, 4 * one.activations);
  EXPECT_EQ(four.weights, one.weights);
  const MemoryPlan careless = PlanMemory(net, {.recovery = false}, 0);
  EXPECT_EQ(one.copies - careless.copies, one.weights + one.optimizer_state);
}

TEST(MemoryPlan, RefusesWhatCannotFit) {
  NetOptions net = Nets()[0];
  net.hidden = {1 << 20, 1 << 20};
  EXPECT_EQ(PlanMemory(net, {}, 0).ToJson().as_object().contains("available_bytes"), false);
  try {
    PlanMemory(net, {.batch_rows = 32}, uint64_t{8} << 30);
    ADD_FAILURE() << "was accepted";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("weights 4"));
    EXPECT_THAT(error.what(), HasSubstr("8.59 GB available")) << error.what();
  }
  EXPECT_GT(PlanMemory(Nets()[0], {}, uint64_t{8} << 30).Total(), 0U);
}

}  // namespace
}  // namespace thalweg
