#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "learn/grid/frame_fingerprint.h"
#include "learn/grid/grid_search.h"
#include "learn/grid/recovery_folder.h"
#include "learn/grid/toy_learner_for_test.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Recovery : public testing::Test {
 protected:
  Recovery() {
    folder_ =
        fs::temp_directory_path() / ("recovery_" + std::to_string(getpid()) + "_" +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    options_.recovery_dir = folder_.string();
    criteria_ = {.strategy = SearchStrategy::kRandomDiscrete};
  }
  ~Recovery() override { fs::remove_all(folder_); }

  GridOutcome Search(const CancelToken* cancel = nullptr, double last = 3) {
    const Frame frame = ToyFrame(last);
    const HyperSpace space(learner_, ParseJson(hyper_, "test"));
    ThreadPool pool(2);
    return SearchGrid({.learner = &learner_,
                       .params = &params_,
                       .space = &space,
                       .criteria = criteria_,
                       .options = options_},
                      {&frame, nullptr}, pool, {.progress = nullptr, .cancel = cancel});
  }
  std::string Refusal(double last = 3) {
    try {
      Search(nullptr, last);
    } catch (const FieldErrors& errors) {
      EXPECT_EQ(errors.errors()[0].field, "recovery_dir");
      return errors.what();
    }
    return "";
  }
  // What must not change; times may.
  static std::string Text(GridOutcome outcome) {
    outcome.seconds = 0;
    outcome.recovered = 0;
    for (GridModel& model : outcome.models) model.seconds = model.epochs = 0;
    return FormatJson(ToJson(outcome));
  }

  fs::path folder_;
  ToyLearner learner_;
  ToyParams params_;
  std::string hyper_ = R"({"a": [3, 1, 2], "b": [0, 1, -1]})";
  SearchCriteria criteria_;
  GridOptions options_;
};

TEST_F(Recovery, GoesOnWhereItEnded) {
  learner_.before = [](const ToyParams& p) {
    if (p.a == 2 && p.b == 1) throw UserError("no");
  };
  criteria_.max_models = 4;
  const GridOutcome part = Search();
  EXPECT_EQ(part.models.size(), 4U);
  const size_t started = learner_.started;
  criteria_.max_models = 0;
  const GridOutcome whole = Search();
  EXPECT_EQ(learner_.started, 9U);
  EXPECT_GE(started, 4U);
  EXPECT_EQ(whole.recovered, 4U);
  EXPECT_EQ(whole.seed, part.seed);
  EXPECT_EQ(whole.models.size(), 8U);
  ASSERT_EQ(whole.failures.size(), 1U);
  // Once more there is nothing to do, and the outcome is the same, NaN and all.
  const GridOutcome again = Search();
  EXPECT_EQ(learner_.started, 9U);
  EXPECT_EQ(again.recovered, 8U);
  EXPECT_EQ(Text(again), Text(whole));
  EXPECT_EQ(again.best, nullptr);
  EXPECT_EQ(ReadWholeFile(again.best_file), "model of 1.000000");
  // As if in one go.
  options_.recovery_dir.clear();
  criteria_.seed = whole.seed;
  EXPECT_EQ(Text(Search()), Text(whole));
}

TEST_F(Recovery, DroppedModelsAreNotKept) {
  CancelToken cancel;
  learner_.duration = [&](const ToyParams& p) {
    if (p.a == 2) cancel.Cancel();
    return p.a == 2 ? 60.0 : 0;
  };
  const GridOutcome part = Search(&cancel);
  EXPECT_TRUE(part.interrupted);
  size_t files = 0;
  for (const auto& file : fs::directory_iterator(folder_)) {
    files += file.path().extension() == ".thalweg" ? 1 : 0;
  }
  EXPECT_EQ(files, part.models.size());
  learner_.duration = nullptr;
  const GridOutcome whole = Search();
  EXPECT_EQ(whole.models.size(), 9U);
  EXPECT_EQ(whole.recovered, part.models.size());
}

TEST_F(Recovery, OtherSettingsAreRefusedWithTheirNames) {
  criteria_.seed = 4;
  Search();
  const size_t started = learner_.started;
  hyper_ = R"({"a": [3, 1], "b": [0, 1, -1]})";
  EXPECT_THAT(Refusal(), HasSubstr("hyper_parameters.a was [3, 1, 2] and is [3, 1] now"));
  hyper_ = R"({"a": [3, 1, 2], "b": [0, 1, -1]})";
  params_.n = 4;
  criteria_.seed = 5;
  const std::string two = Refusal();
  EXPECT_THAT(two, HasSubstr("parameters.n was 3 and is 4 now"));
  EXPECT_THAT(two, HasSubstr("search_seed was 4 and is 5 now"));
  params_.n = 3;
  criteria_.seed = 4;
  EXPECT_THAT(Refusal(5), HasSubstr("data.training_frame was 3 rows"));
  criteria_.strategy = SearchStrategy::kCartesian;
  EXPECT_THAT(Refusal(), HasSubstr("strategy was RandomDiscrete and is Cartesian now"));
  EXPECT_EQ(learner_.started, started);
  // These may change.
  criteria_.strategy = SearchStrategy::kRandomDiscrete;
  criteria_.max_models = 2;
  criteria_.stopping_tolerance = 0.5;
  options_.parallelism = 1;
  options_.sort_by = StoppingMetricByName("r2");
  EXPECT_EQ(Search().models.size(), 2U);
  // Another name, another grid.
  options_.grid_id = "other";
  params_.n = 5;
  EXPECT_EQ(Search().recovered, 0U);
}

TEST_F(Recovery, DamageIsToldOrMended) {
  criteria_.seed = 4;
  Search();
  // Without its file a model is trained again; so is one without its entry.
  fs::remove(folder_ / "grid_model_2.thalweg");
  fs::remove(folder_ / "grid_model_3.json");
  const size_t started = learner_.started;
  EXPECT_EQ(Search().recovered, 7U);
  EXPECT_EQ(learner_.started, started + 2);
  // What a process killed while writing leaves.
  WriteWholeFile((folder_ / "grid_model_2.thalweg.tmp-1-2").string(), "half");
  Search();
  EXPECT_FALSE(fs::exists(folder_ / "grid_model_2.thalweg.tmp-1-2"));
  for (const char* text : {"{\"number\": 4}", "[]", "{", "\xff", ""}) {
    WriteWholeFile((folder_ / "grid_model_4.json").string(), text);
    try {
      Search();
      ADD_FAILURE() << text;
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr("grid_model_4.json: not")) << text;
    }
  }
  fs::remove(folder_ / "grid_model_4.json");
  WriteWholeFile((folder_ / "grid.json").string(), "[1]");
  EXPECT_THAT(Refusal(), HasSubstr("not as a grid writes it"));
  fs::remove(folder_ / "grid.json");
  EXPECT_THAT(Refusal(), HasSubstr("which would say of what grid it is"));
}

TEST_F(Recovery, WhenTheTimeIsOverTheTableIsStillThere) {
  criteria_.strategy = SearchStrategy::kCartesian;
  criteria_.max_runtime_secs = 2;
  options_.parallelism = 1;
  learner_.duration = [](const ToyParams& p) { return p.a == 2 ? 60 : 0.01; };
  const GridOutcome part = Search();
  ASSERT_EQ(part.models.size(), 3U);
  EXPECT_TRUE(part.models[1].cut_short);
  EXPECT_EQ(Search().models.size(), 3U);
  fs::remove(folder_ / "grid_model_2.json");
  const GridOutcome without = Search();
  EXPECT_EQ(without.models.size(), 2U);
  EXPECT_EQ(without.stop_reason, "max_runtime_secs has passed");
  // With more time, what had none to finish is trained again.
  criteria_.max_runtime_secs = 60;
  learner_.duration = nullptr;
  const GridOutcome whole = Search();
  EXPECT_EQ(whole.models.size(), 9U);
  EXPECT_EQ(whole.recovered, 1U);
  for (const GridModel& model : whole.models) EXPECT_FALSE(model.cut_short);
}

TEST_F(Recovery, OneProcessAtATime) {
  const RecoveryFolder held(folder_.string(), "grid");
  EXPECT_THAT(Refusal(), HasSubstr("another process works on the grid 'grid'"));
}

TEST_F(Recovery, AFolderThatGoesAwayEndsTheGridWithWhatIsDone) {
  options_.parallelism = 1;
  learner_.before = [&](const ToyParams&) {
    if (learner_.started == 4) fs::remove_all(folder_);
  };
  const GridOutcome outcome = Search();
  EXPECT_EQ(outcome.models.size(), 3U);
  EXPECT_THAT(outcome.recovery_error, HasSubstr("cannot write"));
  EXPECT_EQ(learner_.started, 4U);
}

TEST_F(Recovery, ModelsBeyondTheStopAreRemoved) {
  hyper_ = R"({"a": [9, 8, 7, 6, 5, 4, 3, 2, 1, 0.5], "b": [0, 1, 2]})";
  criteria_.stopping_rounds = 2;
  criteria_.stopping_tolerance = 0.2;
  learner_.duration = [](const ToyParams& p) { return 0.002 * p.a; };
  const GridOutcome outcome = Search();
  EXPECT_LT(outcome.models.size(), 30U);
  size_t files = 0;
  for (const auto& file : fs::directory_iterator(folder_)) {
    files += file.path().extension() == ".thalweg" ? 1 : 0;
  }
  EXPECT_EQ(files, outcome.models.size());
  EXPECT_EQ(Text(Search()), Text(outcome));
}

TEST(FrameFingerprint, GoesByContent) {
  ThreadPool pool(2);
  const auto of = [&](size_t chunk, double last, const std::string& name, const char* level) {
    return FrameFingerprint(FrameMaker(5, chunk)
                                .Real(name, {1, NAN, 3, 4, last})
                                .Int("n", {1, 2, 3, 4, 5})
                                .Enum("e", {"a", level}, {0, 1, 0, -1, 0})
                                .Make(),
                            pool);
  };
  const std::string same = of(2, 5, "x", "b");
  EXPECT_THAT(same, HasSubstr("5 rows, 3 columns, "));
  EXPECT_EQ(same, of(3, 5, "x", "b"));
  EXPECT_NE(same, of(3, 6, "x", "b"));
  EXPECT_NE(same, of(3, 5, "y", "b"));
  EXPECT_NE(same, of(3, 5, "x", "c"));
}

}  // namespace
}  // namespace thalweg
