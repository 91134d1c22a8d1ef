// What a grid search came to: models with what they were given and how good they are.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "learn/learners.h"
#include "learn/stopping_metric.h"

namespace thalweg {

// Which rows a model is judged by: those held out by folds, else validation, else training rows.
enum class MetricsOf { kTraining, kValidation, kCrossValidation };
const char* Name(MetricsOf rows);  // "cross_validation"

struct GridModel {
  uint64_t number = 0;  // from 1, in the order of the search; failed ones have numbers, too
  std::string model_id;
  std::vector<std::string> values;  // of the hyper-parameters, in the order of their names
  std::shared_ptr<const Json> hyper_parameters;  // the same as an object
  MetricsOf judged_by = MetricsOf::kTraining;
  // By the numbers of kMetricsByName; nothing where it does not apply.
  std::array<std::optional<double>, kMetricsByName.size()> metrics;
  // As Metrics::NumbersToJson; null where there are none.
  std::shared_ptr<const Json> training_metrics;
  std::shared_ptr<const Json> validation_metrics;
  std::shared_ptr<const Json> cross_validation_metrics;
  int64_t seed = -1;
  double epochs = 0;
  double seconds = 0;  // of training, folds included
  std::string stop_reason;
  bool cut_short = false;  // by the grid's max_runtime_secs
  std::vector<std::string> warnings;
};

struct GridFailure {
  uint64_t number = 0;
  std::string model_id;  // that it would have had
  std::vector<std::string> values;
  std::shared_ptr<const Json> hyper_parameters;
  std::string reason;
};

struct GridOutcome {
  std::string grid_id;
  std::vector<std::string> hyper_names;
  uint64_t combinations = 0;
  const MetricByName* sort_by = nullptr;
  MetricsOf judged_by = MetricsOf::kTraining;
  std::vector<GridModel> models;  // the best first
  std::vector<GridFailure> failures;
  std::vector<std::string> warnings;
  int64_t seed = -1;
  size_t parallelism = 1;
  size_t recovered = 0;  // models that were there already
  bool interrupted = false;
  std::string stop_reason;
  // Not empty: the grid had to end as its folder could not be written; why.
  std::string recovery_error;
  double seconds = 0;  // earlier parts of the same grid included
  // The first of the models; null where there is none, or it is only in the folder (best_file).
  std::shared_ptr<const TrainingOutcome> best;
  std::string best_file;
};

// Fills in what follows from a training, but for its seconds.
void FillIn(const TrainingOutcome& outcome, GridModel& model);

double MetricOf(const GridModel& model, const MetricByName& metric);  // NaN where there is none
// Whether a is better than b; one that is not a number is worse than any, equal ones go by number.
bool IsBetter(const GridModel& a, const GridModel& b, const MetricByName& metric);
// The best first, or, where not `best_first`, last.
void SortModels(std::vector<GridModel>& models, const MetricByName& metric, bool best_first = true);

// For a folder of recovery and for reports; without `values`, which are in hyper_parameters.
Json ToJson(const GridModel& model);
Json ToJson(const GridFailure& failure);
// The other way round; UserError that names `file` where something is not as it was written.
GridModel GridModelFromJson(const Json& json, const std::string& file);

// For `--report`: grid_id, hyper_names, combinations, sort_by, decreasing, judged_by, models (in
// their order), failures, warnings, seed, parallelism, recovered, interrupted, stop_reason,
// seconds.
Json ToJson(const GridOutcome& outcome);

}  // namespace thalweg
