// When training scores, on what, and when it stops by what it sees.
#include "learn/deeplearning/score_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"
#include "learn/deeplearning/training_for_test.h"
#include "models/deeplearning_model.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

DeepLearningParams Quick() {
  DeepLearningParams params = Classify();
  params.hidden = {8};
  params.epochs = 3;
  params.stopping_rounds = 0;
  return params;
}

const JsonArray& History(const TrainingOutcome& outcome) {
  return outcome.scoring_history->as_array();
}

TEST(Scoring, EachIterationIsScoredWhenAskedFor) {
  DeepLearningParams params = Quick();
  params.train_samples_per_iteration = 100;
  EXPECT_EQ(History(Train(params)).size(), 1U);  // a training of less than a second
  params.score_each_iteration = true;
  const TrainingOutcome outcome = Train(params);
  EXPECT_EQ(History(outcome).size(), 60U);
  EXPECT_EQ(History(outcome)[2].at("samples").to_number<int>(), 300);
  EXPECT_EQ(History(outcome)[2].at("iterations").to_number<int>(), 3);
}

TEST(Scoring, ShareOfTheTimeIsTold) {
  DeepLearningParams params = Quick();
  params.score_each_iteration = true;
  params.train_samples_per_iteration = 300;
  const TrainingOutcome outcome = Train(params);
  EXPECT_GT(outcome.scoring_seconds, 0);
  EXPECT_LT(outcome.scoring_seconds, outcome.seconds);
  for (const Json& entry : History(outcome)) {
    EXPECT_GT(entry.at("scoring_share").as_double(), 0);
    EXPECT_LT(entry.at("scoring_share").as_double(), 1);
  }
}

TEST(Scoring, SampledRowsAreSoMany) {
  DeepLearningParams params = Quick();
  params.score_training_samples = 123;
  params.score_validation_samples = 45;
  const TrainingOutcome uniform = Train(params, 1);
  EXPECT_EQ(uniform.training_metrics.rows, 123);
  EXPECT_EQ(uniform.validation_metrics->rows, 45);
  params.score_validation_sampling = ValidationSampling::kStratified;
  const TrainingOutcome stratified = Train(params, 1);
  EXPECT_EQ(stratified.validation_metrics->rows, 45);
  // Of all 495 rows with a response.
  params.score_validation_samples = 0;
  const ConfusionMatrix all = *Train(params, 1).validation_metrics->confusion_matrix;
  const double share = all.Total(1) / (all.Total(0) + all.Total(1));
  EXPECT_NEAR(stratified.validation_metrics->confusion_matrix->Total(1), 45 * share, 0.5);
  params = Regress();
  params.score_validation_sampling = ValidationSampling::kStratified;
  EXPECT_THROW(Train(params), FieldErrors);
}

DeepLearningParams Overfit() {
  DeepLearningParams params = Classify();
  params.hidden = {64, 64};
  params.epochs = 300;
  params.score_each_iteration = true;
  params.train_samples_per_iteration = 0;
  params.classification_stop = -1;
  params.reproducible = true;
  params.stopping_metric = StoppingMetricByName("logloss");
  return params;
}

TEST(Scoring, StopsWhenTheMetricHasConverged) {
  DeepLearningParams params = Overfit();
  params.stopping_rounds = 2;
  const TrainingOutcome two = Train(params);
  EXPECT_EQ(two.stop_reason, "stopping_metric has not become better over 2 scorings");
  EXPECT_LT(two.epochs, 300);
  params.stopping_rounds = 6;
  const TrainingOutcome six = Train(params);
  EXPECT_LT(six.epochs, 300);
  EXPECT_GT(six.epochs, two.epochs);
  params.stopping_tolerance = 0.5;
  EXPECT_EQ(Train(params).epochs, 13);  // as soon as there are enough
  params.stopping_rounds = 0;
  params.epochs = 30;
  EXPECT_EQ(Train(params).epochs, 30);
}

TEST(Scoring, BestModelIsChosenByTheMetric) {
  DeepLearningParams params = Overfit();
  params.epochs = 60;
  params.stopping_rounds = 0;
  for (const char* name : {"logloss", "misclassification", "mean_per_class_error"}) {
    params.stopping_metric = StoppingMetricByName(name);
    const TrainingOutcome outcome = Train(params);
    const auto key =
        "validation_" +
        std::string(std::string_view(name) == "misclassification" ? "classification_error" : name);
    double best = 1e9;
    double epochs = 0;
    for (const Json& entry : History(outcome)) {
      const auto value = entry.at(key).to_number<double>();
      if (value < best) best = value, epochs = entry.at("epochs").to_number<double>();
    }
    EXPECT_EQ(Find(params.stopping_metric).value(*outcome.validation_metrics), best) << name;
    EXPECT_EQ(outcome.kept_epochs, epochs) << name;
  }
  params.overwrite_with_best_model = false;
  EXPECT_EQ(Train(params).kept_epochs, 60);
}

// Before any row is trained.
TEST(Scoring, MetricsOfOtherResponsesAreRefusedAtTheStart) {
  class Progress : public ProgressListener {
   public:
    void Update(const ProgressUpdate& /*update*/) override { updates += 1; }
    int updates = 0;
  };
  const auto refused = [](DeepLearningParams params, const char* name) {
    params.stopping_metric = StoppingMetricByName(name);
    params.epochs = 0.1;
    Progress progress;
    try {
      Train(params, 1, nullptr, &progress);
      return false;
    } catch (const FieldErrors& errors) {
      EXPECT_EQ(errors.errors()[0].field, "stopping_metric");
      EXPECT_EQ(progress.updates, 0) << name;
      return true;
    }
  };
  DeepLearningParams autoencoder = Classify();
  autoencoder.autoencoder = true;
  autoencoder.response_column = "";
  DeepLearningParams no_lifts = Classify();
  no_lifts.gainslift_bins = 0;
  for (const MetricByName& metric : kMetricsByName) {
    const std::string name = metric.name;
    const bool any = name == "AUTO" || name == "MSE" || name == "RMSE" || name == "r2";
    const bool number = name == "deviance" || name == "MAE" || name == "RMSLE";
    EXPECT_EQ(refused(Classify(), metric.name), number) << name;
    EXPECT_EQ(refused(no_lifts, metric.name), number || name == "lift_top_group") << name;
    EXPECT_EQ(refused(Regress(), metric.name), !number && !any) << name;
    EXPECT_EQ(refused(autoencoder, metric.name), !any || name == "r2") << name;
  }
}

TEST(Scoring, RegressionStopsAtItsError) {
  DeepLearningParams params = Regress();
  params.reproducible = true;
  params.epochs = 100;
  params.stopping_rounds = 0;
  params.regression_stop = 20;
  const TrainingOutcome outcome = Train(params);
  EXPECT_EQ(outcome.stop_reason, "the training error has reached regression_stop");
  EXPECT_LT(outcome.epochs, 100);
  params.regression_stop = -1;
  params.epochs = outcome.epochs + 1;
  EXPECT_EQ(Train(params).epochs, params.epochs);
}

TEST(Scoring, TimeLimitHoldsWithinAnIteration) {
  DeepLearningParams params = Classify();
  params.hidden = {512, 512};
  params.epochs = 1e5;
  params.train_samples_per_iteration = 100'000'000;
  params.max_runtime_secs = 0.5;
  const TrainingOutcome outcome = Train(params);
  EXPECT_EQ(outcome.stop_reason, "max_runtime_secs has passed");
  EXPECT_LT(outcome.seconds, 10);
}

TEST(Scoring, DiagnosticsTellOfTheLayers) {
  DeepLearningParams params = Quick();
  params.overwrite_with_best_model = false;
  const TrainingOutcome outcome = Train(params);
  const JsonArray layers = History(outcome).back().at("layers").as_array();
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[0].at("units").to_number<int>(), 8);
  const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
  const AffineWeights& last = model.network().layers[1];
  double sum = 0, squares = 0;
  for (size_t r = 0; r < 8; ++r) {
    for (size_t c = 0; c < 2; ++c) {
      const double w = last.weights(r, c);
      sum += w;
      squares += w * w;
    }
  }
  EXPECT_NEAR(layers[1].at("mean_weight").as_double(), sum / 16, 1e-9);
  EXPECT_NEAR(layers[1].at("weight_rms").as_double(), std::sqrt(squares / 16), 1e-9);
  EXPECT_NEAR(layers[1].at("mean_bias").as_double(), (last.biases(0, 0) + last.biases(0, 1)) / 2,
              1e-9);
  EXPECT_GT(layers[0].at("mean_rate").as_double(), 0);
  params.adaptive_rate = false;
  params.rate = 0.25;
  params.rate_annealing = 0;
  params.rate_decay = 0.5;
  const JsonArray sgd = History(Train(params)).back().at("layers").as_array();
  EXPECT_NEAR(sgd[0].at("mean_rate").as_double(), 0.25, 1e-6);
  EXPECT_NEAR(sgd[1].at("mean_rate").as_double(), 0.125, 1e-6);
  params.diagnostics = false;
  EXPECT_FALSE(History(Train(params)).back().as_object().contains("layers"));
}

TEST(Scoring, QuietModeTellsOnlyHowFarItIs) {
  struct Listener : ProgressListener {
    void Update(const ProgressUpdate& update) override {
      text += update.message;
      fraction = update.fraction;
    }
    std::string text;
    double fraction = 0;
  };
  DeepLearningParams params = Quick();
  Listener loud;
  Train(params, 1, nullptr, &loud);
  EXPECT_THAT(loud.text, HasSubstr("samples/s"));
  params.quiet_mode = true;
  Listener quiet;
  Train(params, 1, nullptr, &quiet);
  EXPECT_EQ(quiet.text, "");
  EXPECT_EQ(quiet.fraction, 1);
}

}  // namespace
}  // namespace thalweg
