#include "learn/deeplearning/shared_rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <mutex>
#include <numeric>

#include "base/error.h"
#include "base/json.h"
#include "cluster/local/local_ranks.h"
#include "learn/deeplearning/score_over_ranks.h"
#include "learn/deeplearning/training_data.h"
#include "learn/deeplearning/training_for_test.h"
#include "mapreduce/gather_frame.h"
#include "models/deeplearning_model.h"
#include "models/explain/column_changes.h"
#include "models/frame_stretches.h"

namespace thalweg {
namespace {

TEST(SharedRows, SharesAddUpAndAreFair) {
  const std::vector<uint64_t> rows = {5, 0, 1000, 17};
  std::mutex mutex;
  std::vector<std::vector<uint64_t>> shares(100, std::vector<uint64_t>(rows.size()));
  RunLocalRanks(4, [&](Communicator& comm) {
    const auto me = static_cast<size_t>(comm.rank());
    const SharedRows shared = ShareOut(rows[me], &comm);
    EXPECT_EQ(shared.total, 1022U);
    EXPECT_EQ(shared.own(), rows[me]);
    EXPECT_EQ(shared.first, std::accumulate(rows.begin(), rows.begin() + comm.rank(), uint64_t{0}));
    EXPECT_EQ(shared.ShareOf(UINT64_MAX / 2, 3) >> 50, (UINT64_MAX / 2 / 1022 * rows[me]) >> 50);
    std::lock_guard lock(mutex);
    for (uint64_t turn = 0; turn < 100; ++turn) shares[turn][me] = shared.ShareOf(511, turn);
  });
  std::vector<uint64_t> sums(rows.size());
  for (const std::vector<uint64_t>& turn : shares) {
    EXPECT_EQ(std::accumulate(turn.begin(), turn.end(), uint64_t{0}), 511U);
    for (size_t r = 0; r < rows.size(); ++r) sums[r] += turn[r];
  }
  // Half of its rows in each turn, give or take what is rounded.
  for (size_t r = 0; r < rows.size(); ++r) {
    EXPECT_NEAR(static_cast<double>(sums[r]), 50.0 * static_cast<double>(rows[r]), 50) << r;
  }
}

Frame WithWeights(const Frame& frame) {
  ThreadPool pool(1);
  std::vector<double> weights;
  for (int64_t r = 0; r < frame.rows(); ++r) weights.push_back(static_cast<double>(r % 4) / 2);
  const Frame column(frame.layout_ptr(), {"w"}, {ColumnOf(frame.layout(), weights, nullptr, pool)});
  return frame.Bind(column);
}

// Numbers of a model as text, to eight digits.
void ExpectNear(const Json& a, const Json& b, const std::string& where) {
  ASSERT_EQ(a.kind() == boost::json::kind::object, b.kind() == boost::json::kind::object) << where;
  if (a.is_object()) {
    ASSERT_EQ(a.as_object().size(), b.as_object().size()) << where;
    for (const auto& [key, value] : a.as_object()) {
      ExpectNear(value, b.at(key), where + "." + std::string(key));
    }
  } else if (a.is_array()) {
    ASSERT_EQ(a.as_array().size(), b.as_array().size()) << where;
    for (size_t i = 0; i < a.as_array().size(); ++i) {
      ExpectNear(a.at(i), b.at(i), where + "[" + std::to_string(i) + "]");
    }
  } else if (a.is_number()) {
    const auto want = a.to_number<double>();
    EXPECT_NEAR(b.to_number<double>(), want, 1e-8 * (1 + std::abs(want))) << where;
  } else {
    EXPECT_EQ(a, b) << where;
  }
}

// What follows from all rows is the same, whoever has them.
void ExpectPreparedAlike(const DeepLearningParams& params, const Frame& frame) {
  ThreadPool pool(2);
  TrainingData whole = PrepareTrainingData(params, {&frame, &frame}, nullptr, pool);
  const StoredRows all = SampleTrainingRows(params, 7, whole);
  // Each rank draws rows of its own again, and rounds how many.
  const double near = params.balance_classes ? 0.01 : 1e-9;
  for (const bool parts : {false, true}) {
    for (const int size : {1, 2, 3, 5}) {
      std::vector<size_t> rows(static_cast<size_t>(size));
      RunLocalRanks(size, [&](Communicator& comm) {
        ThreadPool own_pool(1);
        const Frame own = parts ? KeepOwnChunks(frame, comm) : frame;
        TrainingData data = PrepareTrainingData(params, {&own, &own}, nullptr, own_pool, &comm);
        const StoredRows own_rows = SampleTrainingRows(params, 7, data);
        rows[static_cast<size_t>(comm.rank())] = own_rows.rows();
        ExpectNear(whole.encoder->ToJson(), data.encoder->ToJson(), "encoder");
        EXPECT_EQ(data.warnings, whole.warnings);
        EXPECT_EQ(data.shared_training.total, whole.training.store->rows());
        EXPECT_EQ(data.shared_validation.total, whole.validation->store->rows());
        const auto expect_near = [&](const std::vector<double>& got,
                                     const std::vector<double>& want) {
          ASSERT_EQ(got.size(), want.size());
          for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], near);
        };
        expect_near(data.plan.output_biases, whole.plan.output_biases);
        expect_near(data.response.class_factors, whole.response.class_factors);
        EXPECT_NEAR(data.response.mean, whole.response.mean, 1e-9);
        EXPECT_NEAR(data.response.scale, whole.response.scale, 1e-9);
        EXPECT_NEAR(own_rows.WeightUnit(), all.WeightUnit(), near);
      });
      EXPECT_NEAR(std::accumulate(rows.begin(), rows.end(), 0.0), static_cast<double>(all.rows()),
                  params.balance_classes ? 2 * size : 0);
    }
  }
}

TEST(SharedRows, WhatFollowsFromAllRowsIsTheSame) {
  const Frame frame = WithWeights(MakeFrame(2000, 1));
  DeepLearningParams params = Classify();
  params.ignored_columns = {"value", "w"};
  ExpectPreparedAlike(params, frame);
  params.balance_classes = true;
  ExpectPreparedAlike(params, frame);
  params.ignored_columns = {"value"};
  params.weights_column = "w";
  ExpectPreparedAlike(params, frame);
  params.missing_values_handling = MissingValuesHandling::kSkip;
  for (const auto encoding : {CategoricalEncoding::kEigen, CategoricalEncoding::kSortByResponse,
                              CategoricalEncoding::kEnumLimited}) {
    params.categorical_encoding = encoding;
    ExpectPreparedAlike(params, frame);
  }
  params = Regress();
  params.weights_column = "w";
  params.distribution = DistributionKind::kLaplace;
  ExpectPreparedAlike(params, frame);
}

TEST(SharedRows, ABadRowIsNamedByItsNumberInTheFrame) {
  DeepLearningParams params = Regress();
  params.distribution = DistributionKind::kPoisson;
  const Frame frame = MakeFrame(2000, 1);
  ThreadPool pool(1);
  std::vector<double> values(2000, 1);
  values[1900] = -1;
  const Frame bad = frame.WithReplaced(5, ColumnOf(frame.layout(), values, nullptr, pool));
  try {
    RunLocalRanks(3, [&](Communicator& comm) {
      ThreadPool own(1);
      PrepareTrainingData(params, {&bad}, nullptr, own, &comm);
    });
    FAIL() << "a negative count is refused";
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("row 1901"), std::string::npos) << error.what();
  }
}

void ExpectScoredAlike(DeepLearningParams params) {
  params.epochs = 1;
  const Frame frame = WithWeights(MakeFrame(2000, 1));
  ThreadPool pool(2);
  const TrainingOutcome outcome = TrainDeepLearning(params, {&frame}, pool, {});
  const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
  TrainingData whole = PrepareTrainingData(params, {&frame}, &model, pool);
  const auto every = [](const TrainingData& data) { return AllRows(data.training.store->rows()); };
  const Metrics want = ScoreMetrics(model.network(), whole.response, *whole.training.store,
                                    whole.training.actual, every(whole), pool);
  for (const int size : {1, 3, 7}) {
    RunLocalRanks(size, [&](Communicator& comm) {
      ThreadPool own(1);
      TrainingData data = PrepareTrainingData(params, {&frame}, &model, own, &comm);
      const Metrics got = ScoreParts(model.network(), data.response, *data.training.store,
                                     data.training.actual, every(data), own, comm);
      if (comm.rank() == 0) ExpectNear(want.NumbersToJson(), got.NumbersToJson(), "metrics");
    });
  }
}

TEST(SharedRows, MetricsAreOfAllRows) {
  DeepLearningParams params = Classify();
  params.weights_column = "w";
  ExpectScoredAlike(params);
  params = Regress();
  params.weights_column = "w";
  ExpectScoredAlike(params);
  params.response_column = "";
  params.autoencoder = true;
  ExpectScoredAlike(params);
}

// Of 2,000 rows that ranks share out.
TrainingOutcome TrainOnShares(int ranks, DeepLearningParams params, int64_t rows = 2000) {
  static const Frame training = WithWeights(MakeFrame(2000, 1));
  static const Frame validation = WithWeights(MakeFrame(500, 2));
  params.replicate_training_data = false;
  const Frame some = training.Slice(0, rows);
  TrainingOutcome outcome;
  RunLocalRanks(ranks, [&](Communicator& comm) {
    ThreadPool pool(1);
    const Frame part = KeepOwnChunks(some, comm);
    TrainingOutcome own = TrainDeepLearning(params, {&part, &validation}, pool, {}, &comm);
    if (comm.rank() == 0) outcome = std::move(own);
  });
  return outcome;
}

TEST(TrainingOnSharedRows, LearnsFromAllOfThem) {
  DeepLearningParams params = Classify();
  params.ignored_columns = {"value", "w"};
  params.train_samples_per_iteration = 500;
  params.epochs = 30;
  const auto logloss = [&](int ranks, int64_t rows) {
    return *TrainOnShares(ranks, params, rows).validation_metrics->logloss;
  };
  // What one of three ranks would learn of its rows alone.
  const double third = logloss(1, 210);
  const double alone = logloss(1, 630);
  EXPECT_LT(alone, 0.8 * third) << "more rows say more";
  EXPECT_LT(logloss(3, 630), 0.9 * third);
  const TrainingOutcome outcome = TrainOnShares(3, params);
  EXPECT_EQ(outcome.epochs, 30);
  EXPECT_EQ(outcome.samples, 30 * 1980);
  EXPECT_EQ(outcome.training_metrics.rows, 1980);
  EXPECT_EQ(outcome.validation_metrics->rows, 495);
}

TEST(TrainingOnSharedRows, OfAllKinds) {
  DeepLearningParams params = Classify();
  params.ignored_columns = {"value", "w"};
  params.epochs = 10;
  params.mini_batch_size = 1;
  params.elastic_averaging = true;
  EXPECT_GT(*TrainOnShares(2, params).validation_metrics->auc, 0.8) << "single rows";
  params.mini_batch_size = 0;
  params.elastic_averaging = false;
  params.balance_classes = true;
  params.score_training_samples = 100;
  const TrainingOutcome balanced = TrainOnShares(3, params);
  EXPECT_GT(*balanced.validation_metrics->auc, 0.8);
  EXPECT_EQ(balanced.training_metrics.rows, 100);
  params = Regress();
  params.distribution = DistributionKind::kHuber;
  params.weights_column = "w";
  // As with all rows on each of three ranks: 0.58. One rank has 0.84.
  EXPECT_GT(*TrainOnShares(3, params).validation_metrics->r2, 0.45);
  params.distribution = DistributionKind::kAuto;
  params.weights_column = "";
  params.ignored_columns = {"label", "w"};
  params.response_column = "";
  params.autoencoder = true;
  params.hidden = {3};
  EXPECT_LT(TrainOnShares(3, params).validation_metrics->mse, 0.1);
}

// Fewer chunks than ranks: some have no row at all.
TEST(TrainingOnSharedRows, RanksWithoutRows) {
  DeepLearningParams params = Classify();
  params.ignored_columns = {"value", "w"};
  params.epochs = 5;
  const TrainingOutcome outcome = TrainOnShares(5, params, 100);
  EXPECT_EQ(outcome.epochs, 5);
  EXPECT_EQ(outcome.training_metrics.rows, 99);
}

TEST(TrainingOnSharedRows, StoppingMetricsOfAllRows) {
  DeepLearningParams params = Classify();
  params.ignored_columns = {"value", "w"};
  params.epochs = 2;
  params.stopping_metric = StoppingMetricByName("AUC");
  EXPECT_EQ(TrainOnShares(3, params).epochs, 2);
  params.stopping_metric = StoppingMetricByName("MSE");
  EXPECT_EQ(TrainOnShares(3, params).epochs, 2);
  params.response_column = "value";
  params.ignored_columns = {"label", "w"};
  params.stopping_metric = StoppingMetricByName("AUC");
  EXPECT_THROW(TrainOnShares(3, params), FieldErrors);
}

}  // namespace
}  // namespace thalweg
