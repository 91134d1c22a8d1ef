#include "learn/outcome_bytes.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"
#include "learn/cross_validation/cross_validation.h"
#include "learn/deeplearning/training_for_test.h"

namespace thalweg {
namespace {

bool SameCells(const Frame& a, const Frame& b) {
  if (a.names() != b.names() || a.rows() != b.rows()) return false;
  std::vector<double> x(static_cast<size_t>(a.rows())), y(x.size());
  for (size_t c = 0; c < a.columns(); ++c) {
    ReadCells(a, c, 0, x);
    ReadCells(b, c, 0, y);
    if (x != y) return false;
  }
  return true;
}

void ExpectSameAfterwards(const TrainingOutcome& outcome) {
  const std::string bytes = OutcomeBytes(outcome);
  const TrainingOutcome other = OutcomeFromBytes(bytes);
  EXPECT_TRUE(other.model->Bytes() == outcome.model->Bytes());
  EXPECT_EQ(FormatJson(other.training_metrics.ToJson()),
            FormatJson(outcome.training_metrics.ToJson()));
  ASSERT_EQ(other.validation_metrics.has_value(), outcome.validation_metrics.has_value());
  if (outcome.validation_metrics) {
    EXPECT_EQ(FormatJson(other.validation_metrics->ToJson()),
              FormatJson(outcome.validation_metrics->ToJson()));
  }
  EXPECT_EQ(FormatJson(*other.scoring_history), FormatJson(*outcome.scoring_history));
  EXPECT_EQ(FormatJson(*other.parameters), FormatJson(*outcome.parameters));
  EXPECT_EQ(other.stop_reason, outcome.stop_reason);
  EXPECT_EQ(other.warnings, outcome.warnings);
  EXPECT_EQ(other.samples, outcome.samples);
  EXPECT_EQ(other.kept_epochs, outcome.kept_epochs);
  ASSERT_EQ(other.weights.size(), outcome.weights.size());
  for (size_t l = 0; l < outcome.weights.size(); ++l) {
    EXPECT_TRUE(SameCells(*other.weights[l], *outcome.weights[l]));
    EXPECT_TRUE(SameCells(*other.biases[l], *outcome.biases[l]));
  }
}

TEST(OutcomeBytes, OfTwoClassesAndOfNumbers) {
  DeepLearningParams params = Classify();
  params.epochs = 1;
  params.export_weights_and_biases = true;
  ExpectSameAfterwards(Train(params));
  params = Regress();
  params.epochs = 1;
  ExpectSameAfterwards(Train(params));
}

TEST(OutcomeBytes, OfManyClasses) {
  DeepLearningParams params = Classify();
  params.epochs = 1;
  params.response_column = "level";
  params.auc_type = AucType::kMacroOvr;
  ExpectSameAfterwards(Train(params));
}

TEST(OutcomeBytes, OfCrossValidation) {
  const Frame frame = MakeFrame(300, 1);
  DeepLearningParams params = Classify();
  params.epochs = 1;
  params.nfolds = 2;
  params.keep_cross_validation_predictions = true;
  params.keep_cross_validation_fold_assignment = true;
  ThreadPool pool(1);
  const TrainingOutcome outcome =
      FindLearner("deeplearning").Train(&params, {&frame, nullptr}, pool, {});
  ExpectSameAfterwards(outcome);
  const CrossValidationOutcome& folds = *outcome.cross_validation;
  const TrainingOutcome other = OutcomeFromBytes(OutcomeBytes(outcome));
  EXPECT_EQ(FormatJson(*other.cross_validation->summary), FormatJson(*folds.summary));
  EXPECT_EQ(other.cross_validation->models.size(), 2U);
  EXPECT_EQ(other.cross_validation->fold_of_row, folds.fold_of_row);
  EXPECT_TRUE(SameCells(*other.cross_validation->predictions, *folds.predictions));
  EXPECT_TRUE(SameCells(*other.cross_validation->fold_assignment, *folds.fold_assignment));
}

TEST(OutcomeBytes, CutOffOnesAreRefused) {
  DeepLearningParams params = Classify();
  params.epochs = 1;
  const std::string bytes = OutcomeBytes(Train(params));
  for (size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 50) {
    EXPECT_THROW(OutcomeFromBytes(std::string_view(bytes).substr(0, size)), UserError) << size;
  }
}

}  // namespace
}  // namespace thalweg
