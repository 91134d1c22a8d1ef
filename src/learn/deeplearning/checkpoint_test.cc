#include "learn/deeplearning/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "learn/deeplearning/training_for_test.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

class Checkpoint : public testing::Test {
 protected:
  ~Checkpoint() override { std::filesystem::remove_all(folder_); }
  std::string Save(const TrainingOutcome& outcome) const {
    outcome.model->Save(folder_ + "/model.thalweg");
    return folder_ + "/model.thalweg";
  }
  const std::string folder_ = [] {
    std::string path = testing::TempDir() + "/checkpoint_test_" +
                       testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(path);
    return path;
  }();
};

DeepLearningParams Reproducible() {
  DeepLearningParams params = Classify();
  params.hidden = {16};
  params.reproducible = true;
  params.epochs = 5;
  params.stopping_rounds = 0;
  return params;
}

// Net, weights as they were last, optimizer, history.
void ExpectSame(const TrainingOutcome& a, const TrainingOutcome& b) {
  const auto& x = dynamic_cast<const DeepLearningModel&>(*a.model);
  const auto& y = dynamic_cast<const DeepLearningModel&>(*b.model);
  for (size_t l = 0; l < x.network().layers.size(); ++l) {
    EXPECT_TRUE(std::ranges::equal(x.network().layers[l].weights.elements(),
                                   y.network().layers[l].weights.elements()));
  }
  ASSERT_EQ(x.snapshot()->arrays.size(), y.snapshot()->arrays.size());
  for (size_t i = 0; i < x.snapshot()->arrays.size(); ++i) {
    EXPECT_TRUE(
        std::ranges::equal(x.snapshot()->arrays[i].elements(), y.snapshot()->arrays[i].elements()))
        << i;
  }
  EXPECT_TRUE(FormatJson(*x.snapshot()->progress) == FormatJson(*y.snapshot()->progress));
}

TEST_F(Checkpoint, StopAndContinueGivesTheSameBits) {
  for (bool adaptive : {true, false}) {
    for (int64_t batch : {1, 32}) {
      DeepLearningParams params = Reproducible();
      params.mini_batch_size = batch;
      params.adaptive_rate = adaptive;
      params.momentum_stable = 0.9;
      params.momentum_ramp = 5000;
      params.activation = Activation::kRectifierWithDropout;
      const TrainingOutcome whole = Train(params, 1);
      for (double pause : {1.0, 3.0}) {
        params.epochs = pause;
        params.checkpoint = Save(Train(params, 2));
        params.epochs = 5;
        const TrainingOutcome parts = Train(params, 2);
        EXPECT_EQ(parts.epochs, 5);
        ExpectSame(parts, whole);
        params.checkpoint = "";
      }
    }
  }
}

// Going back to the last good state is remembered, with the rate that it halved.
TEST_F(Checkpoint, HalvedRatesGoOn) {
  DeepLearningParams params = Reproducible();
  params.response_column = "value";
  params.ignored_columns = {"label"};
  params.optimizer = OptimizerKind::kSgd;
  params.activation = Activation::kRectifier;
  params.regression_stop = -1;
  params.epochs = 3;
  // As large a rate as it takes.
  TrainingOutcome whole;
  const auto returns = [](const TrainingOutcome& outcome) {
    const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
    return model.snapshot()->progress->at("returns").to_number<int>();
  };
  for (params.rate = 0.5; params.rate < 1000; params.rate *= 2) {
    whole = Train(params);
    if (returns(whole) > 0) break;
  }
  EXPECT_GT(returns(whole), 0);
  params.epochs = 1;
  params.checkpoint = Save(Train(params));
  params.epochs = 3;
  const TrainingOutcome parts = Train(params);
  ExpectSame(parts, whole);
  EXPECT_EQ(returns(parts), returns(whole));
  // A rate that is given anew is meant as it stands.
  params.rate /= 64;
  EXPECT_EQ(returns(Train(params)), 0);
}

// Where the pause falls within an epoch, it is one scoring more; the weights are the same.
TEST_F(Checkpoint, PauseWithinAnEpochGivesTheSameWeights) {
  DeepLearningParams params = Reproducible();
  params.overwrite_with_best_model = false;
  const TrainingOutcome whole = Train(params);
  params.epochs = 2.3;
  const TrainingOutcome half = Train(params);
  EXPECT_NEAR(half.epochs, 2.3, 0.02);
  params.checkpoint = Save(half);
  params.epochs = 5;
  const TrainingOutcome parts = Train(params);
  const auto& x = dynamic_cast<const DeepLearningModel&>(*whole.model);
  const auto& y = dynamic_cast<const DeepLearningModel&>(*parts.model);
  for (size_t i = 0; i < x.snapshot()->arrays.size(); ++i) {
    EXPECT_TRUE(
        std::ranges::equal(x.snapshot()->arrays[i].elements(), y.snapshot()->arrays[i].elements()));
  }
  EXPECT_EQ(parts.scoring_history->as_array().size(), whole.scoring_history->as_array().size() + 1);
}

TEST_F(Checkpoint, StoppingGoesOnCounting) {
  DeepLearningParams params = Reproducible();
  params.hidden = {64, 64};
  params.classification_stop = -1;
  params.stopping_rounds = 4;
  params.stopping_metric = StoppingMetricByName("logloss");
  params.epochs = 200;
  const TrainingOutcome whole = Train(params);
  EXPECT_LT(whole.epochs, 200);
  params.epochs = whole.epochs - 2;
  params.checkpoint = Save(Train(params));
  params.epochs = 200;
  const TrainingOutcome parts = Train(params);
  EXPECT_EQ(parts.stop_reason, whole.stop_reason);
  ExpectSame(parts, whole);
}

TEST_F(Checkpoint, ExportIsWrittenAtEachScoring) {
  DeepLearningParams params = Reproducible();
  params.export_checkpoints_dir = folder_ + "/a/b";
  params.epochs = 3;
  const TrainingOutcome outcome = Train(params);
  const std::string path = folder_ + "/a/b/deeplearning.thalweg";
  EXPECT_EQ(ReadWholeFile(path), dynamic_cast<const DeepLearningModel&>(*outcome.model).Bytes());
  params.epochs = 5;
  params.checkpoint = path;
  EXPECT_EQ(Train(params).epochs, 5);
  // Files of a training that was killed while it wrote.
  const std::string left = path + ".tmp-999999999-0";
  WriteWholeFile(left, "half");
  WriteWholeFile(folder_ + "/a/b/other.tmp-1-0", "not ours");
  params.epochs = 6;
  Train(params);
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/a/b/other.tmp-1-0"));
  params.export_checkpoints_dir = path;  // a file
  EXPECT_THROW(Train(params), FieldErrors);
}

TEST_F(Checkpoint, OtherRowsMayFollow) {
  DeepLearningParams params = Reproducible();
  params.epochs = 2;
  params.checkpoint = Save(Train(params));
  const Frame rows = MakeFrame(500, 9);
  ThreadPool pool(2);
  params.epochs = 6;
  params.seed = -1;  // as before
  const TrainingOutcome outcome = TrainOnTestRanks(params, {&rows, nullptr}, pool, {});
  EXPECT_EQ(outcome.epochs, 6);
  EXPECT_EQ(outcome.samples, 2 * 1980 + 4 * 495);
  EXPECT_EQ(outcome.parameters->at("seed").to_number<int>(), 42);
  const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
  const auto first = LoadCheckpoint(params.checkpoint);
  EXPECT_EQ(model.encoder().ToJson(), first->encoder().ToJson());
}

TEST_F(Checkpoint, WhatMayChangeAndWhatMayNot) {
  DeepLearningParams params = Reproducible();
  params.epochs = 2;
  params.adaptive_rate = false;
  params.checkpoint = Save(Train(params));
  params.epochs = 3;
  using Change = void (*)(DeepLearningParams&);
  const Change allowed[] = {
      [](auto& p) { p.rate = 0.1; },
      [](auto& p) { p.l1 = 1e-3; },
      [](auto& p) { p.max_w2 = 10; },
      [](auto& p) { p.input_dropout_ratio = 0.1; },
      [](auto& p) { p.input_noise = 0.1; },
      [](auto& p) { p.mini_batch_size = 5; },
      [](auto& p) { p.seed = 7; },
      [](auto& p) { p.epochs = 2.5; },
      [](auto& p) { p.score_training_samples = 10; },
  };
  const TrainingOutcome usual = Train(params);
  for (const Change& change : allowed) {
    DeepLearningParams changed = params;
    change(changed);
    const TrainingOutcome outcome = Train(changed);
    EXPECT_FALSE(*dynamic_cast<const DeepLearningModel&>(*outcome.model).snapshot()->progress ==
                     *dynamic_cast<const DeepLearningModel&>(*usual.model).snapshot()->progress &&
                 outcome.parameters == usual.parameters);
  }
  const std::pair<const char*, Change> refused[] = {
      {"hidden", [](auto& p) { p.hidden = {17}; }},
      {"activation", [](auto& p) { p.activation = Activation::kTanh; }},
      {"adaptive_rate", [](auto& p) { p.adaptive_rate = true; }},
      {"ignored_columns",
       [](auto& p) {
         p.ignored_columns = {"value", "x"};
       }},
      {"standardize", [](auto& p) { p.standardize = false; }},
      {"initial_weight_scale", [](auto& p) { p.initial_weight_scale = 2; }},
      {"epochs", [](auto& p) { p.epochs = 2; }},
      {"checkpoint", [](auto& p) { p.momentum_stable = 0.5; }},
      {"checkpoint", [](auto& p) { p.checkpoint = "/nowhere"; }},
  };
  for (const auto& [field, change] : refused) {
    DeepLearningParams changed = params;
    change(changed);
    try {
      Train(changed);
      ADD_FAILURE() << field << " was accepted";
    } catch (const FieldErrors& errors) {
      EXPECT_EQ(errors.errors()[0].field, field);
    }
  }
}

TEST_F(Checkpoint, ModelsWithoutStateAreRefused) {
  DeepLearningParams params = Reproducible();
  const TrainingOutcome outcome = Train(params);
  const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
  DeepLearningModel bare(model.encoder(), model.network(), model.response(), model.scale(),
                         model.parameters());
  bare.Save(folder_ + "/bare.thalweg");
  params.checkpoint = folder_ + "/bare.thalweg";
  params.epochs = 9;
  try {
    Train(params);
    ADD_FAILURE();
  } catch (const FieldErrors& errors) {
    EXPECT_THAT(errors.what(), HasSubstr("keep_training_state"));
  }
}

}  // namespace
}  // namespace thalweg
