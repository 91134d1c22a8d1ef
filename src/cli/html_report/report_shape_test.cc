#include "cli/html_report/report_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"

namespace thalweg {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string Refusal(const std::string& text) {
  try {
    CheckReportShape(ParseJson(text, "test"), "r.json");
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(ReportShape, TakesWhatTrainingWrites) {
  EXPECT_EQ(Refusal(R"({"training_metrics": {}})"), "");
  EXPECT_EQ(Refusal(R"({
    "training_metrics": {"mse": 1.5, "AUC": null, "new": ["whatever"],
      "cm": {"levels": ["a", "b"], "counts": [[1, 2], [3, 4]]},
      "thresholds_and_metric_scores": {"fpr": [0, 1], "tpr": [0, null], "recall": [0, 1],
        "precision": [1, 2], "f1": [1, 2]},
      "max_criteria_and_metric_scores": {"metric": ["f1"], "threshold": [null], "value": [1]},
      "hit_ratio_table": {"k": [1], "hit_ratio": [0.5]}},
    "epochs": 2, "warnings": ["w"], "interrupted": false, "stop_reason": "time",
    "scoring_history": [{"epochs": 1, "timestamp": "now", "layers": [{}]}, {}],
    "reconstruction_errors": {"frame": "training", "histogram": {"min": 0, "max": 1, "counts": [1]},
      "features": [{"name": "x", "mse": 0.5}]},
    "memory": 5, "variable_importances": "not drawn from here"})"),
            "");
}

struct Bad {
  const char* text;
  const char* message;
};

const Bad kBad[] = {
    {"[]", "it is a list, not an object"},
    {"7", "it is a number"},
    {"{}", "training_metrics is missing"},
    {R"({"training_metrics": 1})", "training_metrics is a number, not an object"},
    {R"({"training_metrics": {"AUC": "0.5"}})", "training_metrics.AUC is a text, not a number"},
    {R"({"training_metrics": {}, "scoring_history": 7})",
     "scoring_history is a number, not a list"},
    {R"({"training_metrics": {}, "scoring_history": [{}, [1]]})",
     "scoring_history[1] is a list, not an object"},
    {R"({"training_metrics": {}, "scoring_history": [{"epochs": {}}]})",
     "scoring_history[0].epochs is an object, not a number"},
    {R"({"training_metrics": {}, "warnings": "late"})", "warnings is a text, not a list"},
    {R"({"training_metrics": {}, "warnings": [null]})", "warnings[0] is null, not a text"},
    {R"({"training_metrics": {}, "interrupted": 0})", "interrupted is a number, not true or false"},
    {R"({"training_metrics": {}, "epochs": true})", "epochs is true or false, not a number"},
    {R"({"training_metrics": {}, "validation_metrics": {"cm": {"levels": ["a"]}}})",
     "validation_metrics.cm has no counts"},
    {R"({"training_metrics": {"cm": {"levels": ["a", 2], "counts": []}}})",
     "training_metrics.cm.levels[1] is a number, not a text"},
    {R"({"training_metrics": {"cm": {"levels": ["a", "b"], "counts": [[1, 2], [3]]}}})",
     "training_metrics.cm.counts is not a matrix of 2 x 2"},
    {R"({"training_metrics": {"cm": {"levels": ["a"], "counts": [["1"]]}}})",
     "training_metrics.cm.counts[0][0] is a text, not a number"},
    {R"({"training_metrics": {}, "cross_validation_metrics":
        {"hit_ratio_table": {"k": [1, 2], "hit_ratio": [1]}}})",
     "cross_validation_metrics.hit_ratio_table.hit_ratio has 1 elements, the columns before it 2"},
    {R"({"training_metrics": {"thresholds_and_metric_scores": {"fpr": [0], "tpr": [0]}}})",
     "thresholds_and_metric_scores has no recall"},
    {R"({"training_metrics": {"gains_lift_table": [1]}})",
     "gains_lift_table is a list, not an object of lists"},
    {R"({"training_metrics": {"max_criteria_and_metric_scores":
        {"metric": [1], "threshold": [1], "value": [1]}}})",
     "max_criteria_and_metric_scores.metric[0] is a number, not a text"},
    {R"({"training_metrics": {}, "cross_validation_metrics_summary": {"mse": {"mean": 1, "sd": 2}}})",
     "cross_validation_metrics_summary.mse has no values"},
    {R"({"training_metrics": {}, "cross_validation_metrics_summary": {"mse": 1}})",
     "cross_validation_metrics_summary.mse is a number, not an object"},
    {R"({"training_metrics": {}, "reconstruction_errors": {"histogram": {"counts": [1]}}})",
     "reconstruction_errors.histogram has no min"},
    {R"({"training_metrics": {}, "reconstruction_errors": {"features": [{"name": 5}]}})",
     "reconstruction_errors.features[0].name is a number, not a text"},
};

TEST(ReportShape, NamesTheFieldThatIsWrong) {
  for (const Bad& bad : kBad) {
    EXPECT_THAT(Refusal(bad.text), AllOf(HasSubstr("r.json: "), HasSubstr(bad.message),
                                         HasSubstr("thalweg train --report")))
        << bad.text;
  }
}

}  // namespace
}  // namespace thalweg
