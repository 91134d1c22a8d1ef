// With `reproducible`: the same bits on one, two and three threads, and from a training that was
// stopped and gone on with, for every activation, optimizer and kind of data.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/json.h"
#include "base/random.h"
#include "learn/deeplearning/training_for_test.h"
#include "models/deeplearning_model.h"
#include "models/frame_for_test.h"

namespace thalweg {
namespace {

constexpr size_t kRows = 96;

Frame MakeRows() {
  Random random(3);
  std::vector<double> x, y, weight, offset;
  std::vector<std::vector<double>> rare(3);
  std::vector<int64_t> level, label;
  for (size_t r = 0; r < kRows; ++r) {
    x.push_back(r % 11 == 4 ? kMissingReal : random.Uniform(-1, 1));
    y.push_back(random.Uniform(0, 10));
    for (auto& column : rare) column.push_back(random.Bernoulli(0.1) ? random.Uniform(1, 2) : 0);
    level.push_back(static_cast<int64_t>(random.Below(12)));
    label.push_back(y[r] + static_cast<double>(level[r]) > 13 ? 1 : 0);
    weight.push_back(static_cast<double>(r % 4));
    offset.push_back(random.Uniform(-1, 1));
  }
  const std::vector<std::string> levels = {"a", "b", "c", "d", "e", "f",
                                           "g", "h", "i", "j", "k", "l"};
  return FrameMaker(kRows, 20)
      .Real("x", x)
      .Real("y", y)
      .Real("rare1", rare[0])
      .Real("rare2", rare[1])
      .Real("rare3", rare[2])
      .Enum("level", levels, level)
      .Enum("label", {"no", "yes"}, label)
      .Real("weight", weight)
      .Real("offset", offset)
      .Make();
}

// Large enough that threads are called to help.
DeepLearningParams Params() {
  DeepLearningParams params;
  params.response_column = "label";
  params.ignored_columns = {"weight", "offset"};
  params.hidden = {48, 40};
  params.epochs = 2;
  params.mini_batch_size = 32;
  params.seed = 7;
  params.reproducible = true;
  params.stopping_rounds = 0;
  params.classification_stop = -1;
  return params;
}

struct Kind {
  const char* name;
  void (*set)(DeepLearningParams&);
};
const Kind kKinds[] = {
    {"plain", [](auto&) {}},
    {"single rows", [](auto& p) { p.mini_batch_size = 1; }},
    {"batch_norm", [](auto& p) { p.batch_norm = true; }},
    {"batch_norm and weights",
     [](auto& p) {
       p.batch_norm = true;
       p.weights_column = "weight";
     }},
    {"input dropout, penalties and limits",
     [](auto& p) {
       p.input_dropout_ratio = 0.2;
       p.l1 = p.l2 = 1e-4;
       p.max_w2 = 0.9;
       p.gradient_clip = 0.1;
       p.label_smoothing = 0.1;
     }},
    {"noise",
     [](auto& p) {
       p.batch_norm = true;
       p.input_noise = p.hidden_noise = 0.2;
     }},
    {"sparse", [](auto& p) { p.sparse = true; }},
    {"autoencoder",
     [](auto& p) {
       p.autoencoder = true;
       p.response_column = "";
       p.ignored_columns.emplace_back("label");
       p.sparsity_beta = 0.1;
       p.average_activation = 0.2;
     }},
    {"balance_classes", [](auto& p) { p.balance_classes = true; }},
    {"weights", [](auto& p) { p.weights_column = "weight"; }},
    {"offset", [](auto& p) { p.offset_column = "offset"; }},
    {"hashing", [](auto& p) { p.max_categorical_features = 4; }},
};

TrainingOutcome TrainOn(const DeepLearningParams& params, size_t threads) {
  static const Frame rows = MakeRows();
  ThreadPool pool(threads);
  return TrainOnTestRanks(params, {&rows, nullptr}, pool, {});
}

const DeepLearningModel& ModelOf(const TrainingOutcome& outcome) {
  return dynamic_cast<const DeepLearningModel&>(*outcome.model);
}

bool SameElements(const Matrix<float>& a, const Matrix<float>& b) {
  return std::ranges::equal(a.elements(), b.elements());
}

// The net to score with, the latest weights, the optimizer, progress and history. Parameters may
// differ.
bool SameState(const DeepLearningModel& a, const DeepLearningModel& b) {
  const auto& layers = a.network().layers;
  for (size_t l = 0; l < layers.size(); ++l) {
    if (!SameElements(layers[l].weights, b.network().layers[l].weights)) return false;
    if (!SameElements(layers[l].biases, b.network().layers[l].biases)) return false;
  }
  const auto& arrays = a.snapshot()->arrays;
  for (size_t i = 0; i < arrays.size(); ++i) {
    if (!SameElements(arrays[i], b.snapshot()->arrays[i])) return false;
  }
  return FormatJson(*a.snapshot()->progress) == FormatJson(*b.snapshot()->progress);
}

class Reproducible : public testing::TestWithParam<int> {};

TEST_P(Reproducible, ForThreadsAndPauses) {
  const std::string path =
      testing::TempDir() + "/reproducible_" + std::to_string(getpid()) + ".thalweg";
  for (OptimizerKind optimizer :
       {OptimizerKind::kAdadelta, OptimizerKind::kSgd, OptimizerKind::kAdagrad,
        OptimizerKind::kRmsprop, OptimizerKind::kAdam, OptimizerKind::kAdamw}) {
    for (const Kind& kind : kKinds) {
      DeepLearningParams params = Params();
      params.activation = static_cast<Activation>(GetParam());
      params.optimizer = optimizer;
      if (optimizer == OptimizerKind::kSgd)
        params.momentum_stable = 0.9, params.momentum_ramp = 150;
      kind.set(params);
      const std::string name =
          std::string(kEnumNames<OptimizerKind>[static_cast<size_t>(optimizer)]) + ", " + kind.name;
      const TrainingOutcome one = TrainOn(params, 1);
      for (size_t threads : {2, 3}) {
        EXPECT_TRUE(ModelOf(TrainOn(params, threads)).Bytes() == ModelOf(one).Bytes())
            << name << ", " << threads << " threads";
      }
      DeepLearningParams part = params;
      part.epochs = 1;
      const TrainingOutcome half = TrainOn(part, 2);
      EXPECT_FALSE(SameState(ModelOf(half), ModelOf(one))) << name;
      half.model->Save(path);
      part.epochs = 2;
      part.checkpoint = path;
      EXPECT_TRUE(SameState(ModelOf(TrainOn(part, 2)), ModelOf(one))) << name << ", in two parts";
    }
  }
  std::filesystem::remove(path);
}

INSTANTIATE_TEST_SUITE_P(Activations, Reproducible, testing::Range(0, 8), [](const auto& tested) {
  return kEnumNames<Activation>[static_cast<size_t>(tested.param)];
});

}  // namespace
}  // namespace thalweg
