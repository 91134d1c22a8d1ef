#include "learn/cross_validation/cross_validation.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "cluster/local/local_ranks.h"
#include "frame/select_rows.h"
#include "learn/deeplearning/fold_params.h"
#include "learn/deeplearning/training_for_test.h"
#include "models/deeplearning_model.h"
#include "models/frame_for_test.h"

namespace thalweg {
namespace {

TEST(SelectRows, KeepsTheMarkedOnes) {
  const Frame frame = FrameMaker(7, 3)
                          .Real("x", {1, 2, NAN, 4, 5, 6, 7})
                          .Enum("e", {"a", "b"}, {0, 1, 1, -1, 0, 1, 0})
                          .Make();
  ThreadPool pool(2);
  const Frame some = SelectRows(frame, std::vector<uint8_t>{0, 1, 1, 0, 0, 0, 1}, pool);
  ASSERT_EQ(some.rows(), 3);
  std::vector<double> x(3);
  ReadCells(some, 0, 0, x);
  EXPECT_EQ(x[0], 2);
  EXPECT_TRUE(std::isnan(x[1]));
  EXPECT_EQ(x[2], 7);
  EXPECT_EQ(some.column(1).domain()->size(), 2U);
}

Folds Assign(const CrossValidationParams& params) {
  std::vector<int64_t> classes, numbers;
  for (int i = 0; i < 100; ++i) classes.push_back(i % 10 == 0), numbers.push_back(i / 40 * 7 - 5);
  static const Frame frame =
      FrameMaker(100, 30).Enum("y", {"n", "y"}, classes).Int("f", numbers).Make();
  return AssignFolds(params, frame, "y", 5);
}

TEST(Folds, AreAssignedAsAsked) {
  const Folds modulo = Assign({.nfolds = 3, .fold_assignment = FoldAssignment::kModulo});
  for (size_t r = 0; r < 100; ++r) EXPECT_EQ(modulo.of_row[r], static_cast<int32_t>(r % 3));
  const Folds random = Assign({.nfolds = 5, .fold_assignment = FoldAssignment::kRandom});
  EXPECT_EQ(Assign({.nfolds = 5}).of_row, random.of_row);
  const Folds stratified = Assign({.nfolds = 5, .fold_assignment = FoldAssignment::kStratified});
  std::vector<int> sizes(5), positives(5);
  bool uneven = false;
  for (size_t r = 0; r < 100; ++r) {
    ++sizes[static_cast<size_t>(random.of_row[r])];
    if (r % 10 == 0) ++positives[static_cast<size_t>(stratified.of_row[r])];
    uneven |= random.of_row[r] != static_cast<int32_t>(r % 5);
  }
  EXPECT_THAT(sizes, testing::Each(20));
  EXPECT_THAT(positives, testing::Each(2));
  EXPECT_TRUE(uneven);
  const Folds column = Assign({.fold_column = "f"});
  EXPECT_EQ(column.count, 3U);
  EXPECT_EQ(column.of_row[39], 0);
  EXPECT_EQ(column.of_row[40], 1);
  const std::pair<const char*, CrossValidationParams> bad[] = {
      {"nfolds", {.nfolds = 1}},
      {"nfolds", {.nfolds = 101}},
      {"nfolds", {.nfolds = 3, .fold_column = "f"}},
      {"fold_assignment", {.fold_assignment = FoldAssignment::kModulo, .fold_column = "f"}},
      {"fold_column", {.fold_column = "g"}}};
  for (const auto& [field, params] : bad) {
    try {
      Assign(params);
      ADD_FAILURE() << field;
    } catch (const FieldErrors& errors) {
      EXPECT_EQ(errors.errors()[0].field, field);
    }
  }
}

DeepLearningParams Small() {
  DeepLearningParams params = Classify();
  params.hidden = {8};
  params.epochs = 2;
  params.reproducible = true;
  params.stopping_rounds = 0;
  params.nfolds = 3;
  params.fold_assignment = FoldAssignment::kModulo;
  params.overwrite_with_best_model = false;
  return params;
}

TrainingOutcome TrainOn(const DeepLearningParams& params, const Frame& frame, size_t threads = 2) {
  ThreadPool pool(threads);
  return FindLearner("deeplearning").Train(&params, {&frame, nullptr}, pool, {});
}

TEST(CrossValidation, FoldsAreHonestAndPooled) {
  const Frame frame = MakeFrame(601, 3);
  DeepLearningParams params = Small();
  params.keep_cross_validation_predictions = true;
  params.keep_cross_validation_fold_assignment = true;
  const TrainingOutcome outcome = TrainOn(params, frame);
  const CrossValidationOutcome& cv = *outcome.cross_validation;
  ASSERT_EQ(cv.models.size(), 3U);
  ASSERT_EQ(cv.of_folds.size(), 3U);
  EXPECT_EQ(cv.pooled.rows, outcome.training_metrics.rows);
  // A fold by hand: the same net, and its predictions stand in the rows held out.
  std::vector<uint8_t> kept(601), held_out(601);
  for (size_t r = 0; r < 601; ++r) held_out[r] = r % 3 == 1, kept[r] = 1 - held_out[r];
  ThreadPool pool(1);
  const Frame training = SelectRows(frame, kept, pool);
  DeepLearningParams plain = params;
  plain.nfolds = 0;
  const TrainingOutcome by_hand = TrainOn(plain, training);
  const auto& a = dynamic_cast<const DeepLearningModel&>(*cv.models[1]);
  const auto& b = dynamic_cast<const DeepLearningModel&>(*by_hand.model);
  EXPECT_TRUE(std::ranges::equal(a.network().layers[0].weights.elements(),
                                 b.network().layers[0].weights.elements()));
  const Frame rest = SelectRows(frame, held_out, pool);
  const Frame predicted = by_hand.model->Predict(rest, pool);
  std::vector<double> all(601), some(static_cast<size_t>(rest.rows()));
  ReadCells(*cv.predictions, 2, 0, all);
  ReadCells(predicted, 2, 0, some);
  for (size_t i = 0; i < some.size(); ++i) EXPECT_EQ(all[3 * i + 1], some[i]);
  std::vector<int64_t> folds(601);
  ReadCells(*cv.fold_assignment, 0, 0, folds);
  EXPECT_EQ(folds[5], 2);
  // Mean and sd.
  double mean = 0;
  for (const Metrics& m : cv.of_folds) mean += *m.logloss / 3;
  EXPECT_NEAR(cv.summary->at("logloss").at("mean").as_double(), mean, 1e-12);
  EXPECT_GT(cv.summary->at("logloss").at("sd").as_double(), 0);
  EXPECT_NEAR(*cv.pooled.logloss, mean, 0.01);  // folds of nearly one size
  // The main model is that of all rows.
  const TrainingOutcome all_rows = TrainOn(plain, frame);
  EXPECT_EQ(*all_rows.training_metrics.logloss, *outcome.training_metrics.logloss);
}

TEST(CrossValidation, ThreadsChangeNothing) {
  const Frame frame = MakeFrame(300, 4);
  const double one = *TrainOn(Small(), frame, 1).cross_validation->pooled.logloss;
  for (size_t threads : {2, 3, 5}) {
    EXPECT_EQ(*TrainOn(Small(), frame, threads).cross_validation->pooled.logloss, one);
  }
}

TEST(CrossValidation, RanksShareTheFolds) {
  const Frame frame = MakeFrame(300, 4);
  DeepLearningParams params = Small();
  params.nfolds = 5;
  params.keep_cross_validation_predictions = true;
  const TrainingOutcome one = TrainOn(params, frame, 1);
  for (const int size : {2, 3}) {
    SCOPED_TRACE(size);
    std::optional<TrainingOutcome> of_ranks;
    RunLocalRanks(size, [&](Communicator& ranks) {
      ThreadPool pool(1);
      TrainingOutcome mine =
          FindLearner("deeplearning").Train(&params, {&frame, nullptr}, pool, {}, &ranks);
      EXPECT_EQ(mine.model != nullptr, ranks.rank() == 0);
      if (ranks.rank() == 0) of_ranks = std::move(mine);
    });
    const CrossValidationOutcome& cv = *of_ranks->cross_validation;
    EXPECT_EQ(*cv.pooled.logloss, *one.cross_validation->pooled.logloss);
    EXPECT_EQ(of_ranks->training_metrics.logloss, one.training_metrics.logloss);
    ASSERT_EQ(cv.models.size(), 5U);
    for (size_t f = 0; f < 5; ++f) {
      EXPECT_EQ(FormatJson(cv.of_folds[f].ToJson()),
                FormatJson(one.cross_validation->of_folds[f].ToJson()));
    }
    std::vector<double> a(300), b(300);
    ReadCells(*cv.predictions, 2, 0, a);
    ReadCells(*one.cross_validation->predictions, 2, 0, b);
    EXPECT_EQ(a, b);
  }
}

TEST(CrossValidation, AllRanksTrainTheMainModel) {
  const Frame frame = MakeFrame(600, 4);
  DeepLearningParams params = Small();
  params.reproducible = false;
  params.epochs = 6;
  std::optional<TrainingOutcome> of_ranks;
  RunLocalRanks(3, [&](Communicator& ranks) {
    ThreadPool pool(1);
    TrainingOutcome mine =
        FindLearner("deeplearning").Train(&params, {&frame, nullptr}, pool, {}, &ranks);
    if (ranks.rank() == 0) of_ranks = std::move(mine);
  });
  EXPECT_EQ(of_ranks->cross_validation->models.size(), 3U);
  EXPECT_GE(of_ranks->samples, 6 * 590);
  EXPECT_LT(*of_ranks->training_metrics.logloss, 0.69);
}

TEST(CrossValidation, ErrorsOfFoldsAreTheSameOnRanks) {
  const Frame frame = MakeFrame(300, 4);
  DeepLearningParams params = Small();
  params.hidden = {8, 8};
  params.hidden_dropout_ratios = {0.5};
  for (const int size : {1, 3}) {
    std::atomic<int> with_fields{0};
    try {
      RunLocalRanks(size, [&](Communicator& ranks) {
        ThreadPool pool(1);
        FindLearner("deeplearning").Train(&params, {&frame, nullptr}, pool, {}, &ranks);
      });
      FAIL();
    } catch (const FieldErrors& errors) {
      ++with_fields;
      EXPECT_EQ(errors.errors()[0].field, "hidden_dropout_ratios");
    }
    EXPECT_EQ(with_fields, 1);
  }
}

TEST(CrossValidation, FoldsThatAreKeptAreNotTrainedAgain) {
  const Frame frame = MakeFrame(300, 4);
  DeepLearningParams params = Small();
  params.seed = -1;
  params.reproducible = false;
  KeptModel kept;
  ThreadPool pool(1);
  const TrainingFrames frames{.training = &frame, .kept = &kept};
  const TrainingOutcome first = FindLearner("deeplearning").Train(&params, frames, pool, {});
  kept.model = nullptr;
  const TrainingOutcome again = FindLearner("deeplearning").Train(&params, frames, pool, {});
  EXPECT_EQ(*again.cross_validation->pooled.logloss, *first.cross_validation->pooled.logloss);
  EXPECT_EQ(again.parameters->at("seed"), first.parameters->at("seed"));
  // Unlike a training that does not know of the first one.
  const TrainingOutcome other =
      FindLearner("deeplearning").Train(&params, {.training = &frame}, pool, {});
  EXPECT_NE(*other.cross_validation->pooled.logloss, *first.cross_validation->pooled.logloss);
}

TEST(CrossValidation, MainModelTakesTheMeanEpochs) {
  const Frame frame = MakeFrame(600, 5);
  DeepLearningParams params = Small();
  params.epochs = 200;
  params.hidden = {64};
  params.overwrite_with_best_model = true;
  params.stopping_rounds = 3;
  params.stopping_metric = StoppingMetricByName("logloss");
  params.keep_cross_validation_models = false;
  const TrainingOutcome outcome = TrainOn(params, frame);
  const CrossValidationOutcome& cv = *outcome.cross_validation;
  EXPECT_TRUE(cv.models.empty());
  EXPECT_EQ(cv.predictions, nullptr);
  EXPECT_EQ(cv.fold_assignment, nullptr);
  double mean = 0;
  for (double epochs : cv.fold_epochs) mean += epochs / 3;
  EXPECT_LT(mean, 200);
  EXPECT_NEAR(outcome.epochs, mean, 0.02);
}

TEST(CrossValidation, FoldsTrainSideBySideAsFarAsMemoryGoes) {
  const Frame frame = MakeFrame(1000, 7);
  const auto bytes = static_cast<uint64_t>(frame.ByteSize()) + 4 * 1000 * frame.columns();
  EXPECT_EQ(ParallelFolds(frame, 5, 3, std::nullopt), 3U);
  EXPECT_EQ(ParallelFolds(frame, 5, 8, 100 * bytes), 5U);
  EXPECT_EQ(ParallelFolds(frame, 5, 8, 8 * bytes), 4U);
  EXPECT_EQ(ParallelFolds(frame, 5, 8, 4 * bytes - 1), 1U);
  EXPECT_EQ(ParallelFolds(frame, 5, 8, 0), 1U);
}

TEST(CrossValidation, TimeIsSharedOut) {
  DeepLearningParams params = Small();
  params.max_runtime_secs = 12;
  // Two rounds of folds, and the main model.
  EXPECT_EQ(ForFold(params, 1, 3).max_runtime_secs, 4);
  TrainingOutcome fold;
  fold.kept_epochs = 5;
  const DeepLearningParams main = ForMainModel(params, {fold, fold}, 3);
  EXPECT_EQ(main.max_runtime_secs, 4);
  EXPECT_EQ(main.epochs, 5);
  // Far from the end of the epochs, all of them end.
  params.max_runtime_secs = 0.2;
  params.epochs = 1e7;
  const TrainingOutcome outcome = TrainOn(params, MakeFrame(300, 8));
  double mean = 0;
  for (double epochs : outcome.cross_validation->fold_epochs) {
    EXPECT_GT(epochs, 0);
    EXPECT_LT(epochs, 1e7);
    mean += epochs / 3;
  }
  EXPECT_LE(outcome.epochs, mean + 1);
}

// Files that training can go on from: the main model's in the folder, those of the folds below it.
TEST(CrossValidation, FoldsExportCheckpointsOfTheirOwn) {
  const std::string folder = testing::TempDir() + "/cross_validation_test_checkpoints";
  DeepLearningParams params = Small();
  params.export_checkpoints_dir = folder;
  params.model_id = "net";
  const Frame frame = MakeFrame(300, 9);
  const TrainingOutcome outcome = TrainOn(params, frame);
  const auto bytes = [](const Model& model) {
    return dynamic_cast<const DeepLearningModel&>(model).Bytes();
  };
  EXPECT_TRUE(ReadWholeFile(folder + "/net.thalweg") == bytes(*outcome.model));
  for (int fold = 1; fold <= 3; ++fold) {
    const std::string path = fmt::format("{0}/cv_{1}/net_cv_{1}.thalweg", folder, fold);
    EXPECT_TRUE(ReadWholeFile(path) == bytes(*outcome.cross_validation->models[fold - 1U])) << path;
  }
  params.nfolds = 0;
  params.fold_assignment = FoldAssignment::kAuto;
  params.checkpoint = folder + "/cv_2/net_cv_2.thalweg";
  params.epochs = 3;
  EXPECT_EQ(TrainOn(params, frame).epochs, 3);
  std::filesystem::remove_all(folder);
}

TEST(CrossValidation, FoldColumnIsNoPredictor) {
  DeepLearningParams params = Small();
  params.nfolds = 0;
  params.fold_assignment = FoldAssignment::kAuto;
  params.fold_column = "level";
  params.ignored_columns = {"value"};
  Frame frame = MakeFrame(300, 6);
  EXPECT_THROW(TrainOn(params, frame), FieldErrors);  // missing cells
  std::vector<uint8_t> known(300, 1);
  std::vector<int64_t> level(300);
  ReadCells(frame, 3, 0, level);
  for (size_t r = 0; r < 300; ++r) known[r] = level[r] == kMissingInt ? 0 : 1;
  ThreadPool pool(1);
  const TrainingOutcome outcome = TrainOn(params, SelectRows(frame, known, pool));
  EXPECT_EQ(outcome.cross_validation->of_folds.size(), 3U);
  const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
  EXPECT_EQ(model.encoder().shape().units(), 2U);
  params.checkpoint = "somewhere";
  EXPECT_THROW(TrainOn(params, frame), FieldErrors);
}

}  // namespace
}  // namespace thalweg
