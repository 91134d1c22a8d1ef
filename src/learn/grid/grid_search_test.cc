#include "learn/grid/grid_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <set>

#include "cluster/local/local_ranks.h"
#include "learn/deeplearning/training_for_test.h"
#include "learn/grid/toy_learner_for_test.h"

namespace thalweg {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Toy {
  ToyLearner learner;
  ToyParams params;
  std::string hyper = R"({"a": [3, 1, 2], "b": [0, 1]})";
  SearchCriteria criteria;
  GridOptions options;
  BadValues bad_values = BadValues::kRefuse;
  std::vector<std::string> seen = {};

  GridOutcome Search(size_t threads = 2, const CancelToken* cancel = nullptr,
                     ProgressListener* progress = nullptr, const Frame* validation = nullptr) {
    const Frame frame = ToyFrame();
    const HyperSpace space(learner, ParseJson(hyper, "test"), bad_values);
    const GridRequest request{.learner = &learner,
                              .params = &params,
                              .space = &space,
                              .criteria = criteria,
                              .options = options,
                              .on_model = [&](const GridModel& model, const TrainingOutcome&) {
                                seen.push_back(model.model_id);
                              }};
    ThreadPool pool(threads);
    return SearchGrid(request, {&frame, validation}, pool,
                      {.progress = progress, .cancel = cancel});
  }
};

std::vector<uint64_t> Numbers(const GridOutcome& outcome) {
  std::vector<uint64_t> numbers;
  for (const GridModel& model : outcome.models) numbers.push_back(model.number);
  return numbers;
}

TEST(GridSearch, TriesAllAndSortsThem) {
  Toy toy;
  toy.criteria.seed = 100;
  const GridOutcome outcome = toy.Search();
  // a = 3, 1, 2 with b = 0, then with b = 1.
  EXPECT_THAT(Numbers(outcome), ElementsAre(2, 5, 3, 6, 1, 4));
  EXPECT_EQ(outcome.models[0].model_id, "grid_model_2");
  EXPECT_THAT(outcome.models[0].values, ElementsAre("1", "0"));
  EXPECT_EQ(outcome.models[0].seed, 102);
  EXPECT_EQ(MetricOf(outcome.models[0], *outcome.sort_by), 1);
  EXPECT_STREQ(outcome.sort_by->name, "deviance");
  EXPECT_EQ(outcome.best->training_metrics.mse, 1);
  EXPECT_EQ(outcome.stop_reason, "all combinations were tried");
  EXPECT_EQ(toy.seen.size(), 6U);
  EXPECT_TRUE(outcome.failures.empty() && !outcome.interrupted);
}

TEST(GridSearch, SortsByAnyMetricInItsDirection) {
  Toy toy;
  toy.options.sort_by = StoppingMetricByName("r2");  // a, the larger the better
  EXPECT_THAT(Numbers(toy.Search()), ElementsAre(1, 4, 3, 6, 2, 5));
  toy.options.sort_by = StoppingMetricByName("MAE");  // -a, the smaller the better
  EXPECT_THAT(Numbers(toy.Search()), ElementsAre(1, 4, 3, 6, 2, 5));
  toy.options.sort_by = StoppingMetricByName("AUC");
  try {
    toy.Search();
    FAIL();
  } catch (const FieldErrors& errors) {
    EXPECT_EQ(errors.errors()[0].field, "sort_by");
    EXPECT_THAT(errors.what(), HasSubstr("AUC is not measured for a response that is a number"));
  }
  EXPECT_EQ(toy.learner.started, 12U);
}

TEST(GridSearch, NotANumberComesLast) {
  Toy toy;
  toy.hyper = R"({"b": [5, -1, 3]})";
  EXPECT_THAT(Numbers(toy.Search()), ElementsAre(3, 1, 2));
}

TEST(GridSearch, RefusesBeforeTraining) {
  const auto field = [](auto&& change) -> std::string {
    Toy toy;
    change(toy);
    try {
      toy.Search();
    } catch (const FieldErrors& errors) {
      EXPECT_EQ(toy.learner.started, 0U);
      return errors.errors()[0].field;
    }
    return "nothing";
  };
  EXPECT_EQ(field([](Toy& t) { t.params.response_column = "z"; }), "response_column");
  EXPECT_EQ(field([](Toy& t) { t.params.response_column = ""; }), "response_column");
  EXPECT_EQ(field([](Toy& t) { t.criteria.stopping_metric = StoppingMetricByName("logloss"); }),
            "stopping_metric");
  for (const char* id : {"", "a/b", "..", "-x", "é", "a_model_1"}) {
    EXPECT_EQ(field([&](Toy& t) { t.options.grid_id = id; }), "grid_id") << id;
  }
  EXPECT_EQ(field([](Toy& t) { t.options.recovery_dir = "/dev/null/x"; }), "recovery_dir");
}

TEST(GridSearch, FailuresAreListedAndDoNotStopIt) {
  Toy toy;
  toy.learner.before = [](const ToyParams& p) {
    if (p.a == 3) throw FieldErrors(std::vector<FieldError>{{"a", "is 3"}});
    if (p.a == 2 && p.b == 0) throw InternalError("broken");
    if (p.a == 2) throw std::bad_alloc();
  };
  const GridOutcome outcome = toy.Search();
  EXPECT_THAT(Numbers(outcome), ElementsAre(2, 5));
  ASSERT_EQ(outcome.failures.size(), 4U);
  EXPECT_EQ(outcome.failures[0].number, 1U);
  EXPECT_EQ(outcome.failures[0].reason, "a: is 3");
  EXPECT_THAT(outcome.failures[1].reason, HasSubstr("broken"));
  EXPECT_EQ(outcome.failures[3].reason, "out of memory");
  EXPECT_THAT(outcome.failures[3].values, ElementsAre("2", "1"));
  // Those that fail do not count for max_models.
  toy.criteria.max_models = 2;
  EXPECT_THAT(Numbers(toy.Search()), ElementsAre(2, 5));
  toy.learner.before = [](const ToyParams&) { throw UserError("no"); };
  EXPECT_TRUE(toy.Search().models.empty());
}

TEST(GridSearch, BadValuesFailWhereAsked) {
  Toy toy;
  toy.hyper = R"({"a": [-11, 1]})";
  EXPECT_THROW(toy.Search(), FieldErrors);
  toy.bad_values = BadValues::kFailModels;
  const GridOutcome outcome = toy.Search();
  EXPECT_THAT(Numbers(outcome), ElementsAre(2));
  EXPECT_EQ(outcome.failures[0].reason, "a: is -11; it must be at least -10");
}

// What does not fit beside others gets a second chance alone.
TEST(GridSearch, MemoryIsTriedAgainAlone) {
  Toy toy;
  toy.learner.duration = [](const ToyParams&) { return 0.02; };
  toy.learner.before = [&](const ToyParams& p) {
    if (p.a != 1) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (toy.learner.at_work > 1) throw MemoryError("does not fit");
  };
  toy.options.parallelism = 3;
  const GridOutcome outcome = toy.Search(3);
  EXPECT_EQ(outcome.models.size(), 6U);
  EXPECT_TRUE(outcome.failures.empty());
  toy.learner.before = [](const ToyParams& p) {
    if (p.a == 1) throw MemoryError("never fits");
  };
  EXPECT_EQ(toy.Search(3).failures.size(), 2U);
}

TEST(GridSearch, ParallelismChangesNothing) {
  std::set<std::string> outcomes;
  for (int64_t parallelism : {1, 2, 3, 5, 0}) {
    Toy toy;
    toy.hyper = R"({"a": [9, 8, 7, 6, 5, 4, 3, 2, 1, 0.5], "b": [0, 1, 2], "n": [1, 2]})";
    toy.criteria = {.strategy = SearchStrategy::kRandomDiscrete,
                    .max_models = 20,
                    .seed = 3,
                    .stopping_rounds = 2,
                    .stopping_tolerance = 0.15};
    toy.options.parallelism = parallelism;
    toy.learner.before = [](const ToyParams& p) {
      if (p.n == 2 && p.b == 1) throw UserError("no");
    };
    // The later, the sooner it is done.
    toy.learner.duration = [](const ToyParams& p) { return 0.002 * p.a; };
    GridOutcome outcome = toy.Search(5);
    EXPECT_LE(toy.learner.most_at_work, parallelism == 0 ? 5U : static_cast<size_t>(parallelism));
    EXPECT_EQ(outcome.models.size(), toy.seen.size());
    outcome.parallelism = 0;
    outcome.seconds = 0;
    for (GridModel& model : outcome.models) model.epochs = model.seconds = 0;
    outcomes.insert(FormatJson(ToJson(outcome)));
  }
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_THAT(*outcomes.begin(), HasSubstr("has not become better"));
}

TEST(GridSearch, StopsWhenTheBestGetsNoBetter) {
  for (size_t threads : {1, 3}) {
    Toy toy;
    toy.hyper = R"({"a": [3, 2, 2.1, 2.2, 2.3, 2.4, 1]})";
    toy.criteria.stopping_rounds = 2;
    toy.criteria.stopping_tolerance = 0;
    const GridOutcome outcome = toy.Search(threads);
    EXPECT_THAT(Numbers(outcome), ElementsAre(2, 3, 4, 5, 1));
    EXPECT_EQ(outcome.stop_reason, "deviance has not become better (stopping_rounds)");
    toy.hyper = R"({"a": [3, 2.9, 2.8, 2.7, 2.6, 2.5, 1]})";
    EXPECT_EQ(toy.Search(threads).models.size(), 7U);
    toy.criteria.stopping_tolerance = 0.3;
    EXPECT_EQ(toy.Search(threads).models.size(), 5U);
  }
}

TEST(GridSearch, MaxModelsIsKeptToTheModel) {
  for (size_t threads : {1, 4}) {
    Toy toy;
    toy.criteria.max_models = 3;
    toy.learner.duration = [](const ToyParams& p) { return p.a == 1 ? 0.05 : 0.001; };
    const GridOutcome outcome = toy.Search(threads);
    EXPECT_THAT(Numbers(outcome), ElementsAre(2, 3, 1));
    EXPECT_EQ(toy.learner.started, 3U);
    EXPECT_EQ(outcome.stop_reason, "max_models were trained");
  }
}

TEST(GridSearch, ThreadsAreSharedOut) {
  Toy toy;
  toy.options.parallelism = 2;
  std::multiset<double> threads;  // told as epochs
  toy.learner.duration = [](const ToyParams&) { return 0.02; };
  const GridOutcome outcome = toy.Search(5);
  for (const GridModel& model : outcome.models) threads.insert(model.epochs);
  EXPECT_EQ(threads.count(3) + threads.count(2), 6U);
  EXPECT_GT(threads.count(3), 0U);
  EXPECT_GT(threads.count(2), 0U);
  toy.options.parallelism = 7;
  const GridOutcome more = toy.Search(2);
  EXPECT_EQ(more.parallelism, 2U);
  ASSERT_EQ(more.warnings.size(), 1U);
  EXPECT_THAT(more.warnings[0], HasSubstr("2 models at a time, not 6"));
}

TEST(GridSearch, TimeEndsItAndTheModelInTraining) {
  Toy toy;
  toy.criteria.max_runtime_secs = 2;
  toy.learner.duration = [](const ToyParams& p) { return p.a == 1 ? 60 : 0.01; };
  const GridOutcome outcome = toy.Search(1);
  EXPECT_THAT(Numbers(outcome), ElementsAre(2, 1));
  EXPECT_TRUE(outcome.models[0].cut_short);
  EXPECT_FALSE(outcome.models[1].cut_short);
  EXPECT_EQ(outcome.stop_reason, "max_runtime_secs has passed");
  EXPECT_GE(outcome.seconds, 2);
  // The model's own limit, where it is the lower one.
  toy.params.max_runtime_secs = 0.02;
  toy.criteria.max_runtime_secs = 30;
  const GridOutcome own = toy.Search(1);
  EXPECT_EQ(own.models.size(), 6U);
  EXPECT_FALSE(own.models[0].cut_short);
}

TEST(GridSearch, CancelledItReturnsWhatIsDone) {
  Toy toy;
  toy.options.parallelism = 2;
  CancelToken cancel;
  toy.learner.duration = [&](const ToyParams& p) {
    if (p.a == 2) cancel.Cancel();
    return p.a == 2 ? 60.0 : 0.001;
  };
  const GridOutcome outcome = toy.Search(2, &cancel);
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_LE(outcome.models.size(), 3U);
  EXPECT_TRUE(outcome.failures.empty());
  for (const GridModel& model : outcome.models) EXPECT_NE(model.values[0], "2");
}

TEST(GridSearch, SeedsOfModels) {
  Toy toy;
  toy.criteria = {.strategy = SearchStrategy::kRandomDiscrete, .seed = -1};
  const GridOutcome drawn = toy.Search();
  EXPECT_GE(drawn.seed, 0);
  for (const GridModel& model : drawn.models) {
    EXPECT_EQ(model.seed, drawn.seed + static_cast<int64_t>(model.number));
  }
  toy.params.seed = 5;
  for (const GridModel& model : toy.Search().models) EXPECT_EQ(model.seed, 5);
  toy.params.seed = -1;
  toy.hyper = R"({"seed": [7, 8]})";
  std::set<int64_t> seeds;
  for (const GridModel& model : toy.Search().models) seeds.insert(model.seed);
  EXPECT_THAT(seeds, ElementsAre(7, 8));
}

TEST(GridSearch, ExportedCheckpointsHaveFoldersOfTheirOwn) {
  Toy toy;
  toy.params.export_checkpoints_dir = "out";
  std::set<std::string> folders;
  toy.options.parallelism = 1;
  toy.learner.before = [&](const ToyParams& p) { folders.insert(p.export_checkpoints_dir); };
  toy.Search();
  EXPECT_EQ(folders.size(), 6U);
  EXPECT_TRUE(folders.contains("out/grid_model_1"));
}

struct LastUpdate : ProgressListener {
  void Update(const ProgressUpdate& update) override {
    EXPECT_GE(update.fraction, 0);
    EXPECT_LE(update.fraction, 1);
    last = update;
  }
  ProgressUpdate last;
};

TEST(GridSearch, TellsItsProgress) {
  Toy toy;
  LastUpdate progress;
  toy.learner.before = [](const ToyParams& p) {
    if (p.a == 3) throw UserError("no");
  };
  toy.Search(1, nullptr, &progress);
  EXPECT_EQ(progress.last.fraction, 1);
  EXPECT_EQ(progress.last.message, "4 of 6 models, 2 failed, best deviance 1 (grid_model_2)");
}

// Nets, which travel between ranks.
struct Nets {
  const Learner& learner = FindLearner("deeplearning");
  DeepLearningParams params = [] {
    DeepLearningParams p = Classify();
    p.epochs = 1;
    return p;
  }();
  Frame frame = MakeFrame(300, 4);
  std::string hyper = R"({"hidden": [[4], [8], [12], [8, 8]], "l2": [0, 0.001]})";
  SearchCriteria criteria = {.seed = 7};
  KeptModel* kept = nullptr;

  GridOutcome Search(int size) {
    const HyperSpace space(learner, ParseJson(hyper, "test"), BadValues::kFailModels);
    const GridRequest request{.learner = &learner,
                              .params = &params,
                              .space = &space,
                              .criteria = criteria,
                              .options = {.grid_id = "nets", .parallelism = 1}};
    GridOutcome outcome;
    RunLocalRanks(size, [&](Communicator& ranks) {
      ThreadPool pool(1);
      TrainingFrames frames{.training = &frame};
      if (ranks.rank() != 0) {
        ServeGrid(request, frames, pool, {}, ranks);
        return;
      }
      frames.kept = kept;
      outcome = SearchGrid(request, frames, pool, {}, &ranks);
    });
    return outcome;
  }
};

TEST(GridSearch, IsTheSameOnAnyNumberOfRanks) {
  Nets nets;
  const GridOutcome one = nets.Search(1);
  ASSERT_EQ(one.models.size(), 8U);
  for (const int size : {2, 3}) {
    const GridOutcome of_ranks = nets.Search(size);
    EXPECT_EQ(of_ranks.parallelism, static_cast<size_t>(size));
    EXPECT_EQ(Numbers(of_ranks), Numbers(one));
    for (size_t i = 0; i < 8; ++i) {
      EXPECT_EQ(FormatJson(*of_ranks.models[i].training_metrics),
                FormatJson(*one.models[i].training_metrics));
      EXPECT_EQ(of_ranks.models[i].seed, one.models[i].seed);
    }
    EXPECT_EQ(FormatJson(of_ranks.best->model->Summary()), FormatJson(one.best->model->Summary()));
  }
}

TEST(GridSearch, FailuresOnOtherRanksAreTheModels) {
  Nets nets;
  nets.hyper = R"({"hidden": [[4], [8]], "input_dropout_ratio": [0, 0.5, 1.5]})";
  const GridOutcome one = nets.Search(1);
  const GridOutcome three = nets.Search(3);
  EXPECT_EQ(one.models.size(), 4U);
  EXPECT_EQ(Numbers(three), Numbers(one));
  ASSERT_EQ(three.failures.size(), one.failures.size());
  for (size_t i = 0; i < one.failures.size(); ++i) {
    EXPECT_EQ(three.failures[i].number, one.failures[i].number);
    EXPECT_EQ(three.failures[i].reason, one.failures[i].reason);
  }
}

TEST(GridSearch, ModelsThatAreKeptAreNotTrainedAgain) {
  Nets nets;
  nets.criteria = {.strategy = SearchStrategy::kRandomDiscrete, .max_models = 3};
  KeptModel kept;
  nets.kept = &kept;
  const GridOutcome first = nets.Search(2);
  const size_t parts = kept.parts.size();
  EXPECT_GE(parts, 4U);  // the seed, too
  const GridOutcome again = nets.Search(3);
  EXPECT_EQ(again.seed, first.seed);
  ASSERT_EQ(again.models.size(), 3U);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(FormatJson(*again.models[i].training_metrics),
              FormatJson(*first.models[i].training_metrics));
  }
}

}  // namespace
}  // namespace thalweg
