#include "server/grid_entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

// Kinds of problems that have a metric.
enum Problems : unsigned { kTwo = 1, kMore = 2, kNumbers = 4, kCoders = 8 };
constexpr unsigned kClasses = kTwo | kMore;
constexpr unsigned kResponses = kClasses | kNumbers;
constexpr unsigned kAll = kResponses | kCoders;

// How a metric is found in a ModelMetricsV3 object.
enum class Place {
  kMember,        // under this name
  kMaximum,       // the largest value of this criterion over all thresholds
  kOneMinus,      // 1 less the member
  kErrorCount,    // of the confusion matrix
  kErrorRate,     // the same over all rows
  kAccuracy,      // 1 less that
  kWorstClass,    // the largest error of a class
  kLiftTopGroup,  // of the table of gains and lift
};

struct Known {
  std::string_view name;  // in the clients' words; aliases have rows of their own
  unsigned problems;
  Place place;
  std::string_view what = {};
};

constexpr Known kKnown[] = {
    {"auc", kClasses, Place::kMember, "AUC"},
    {"aucpr", kClasses, Place::kMember, "pr_auc"},
    {"pr_auc", kClasses, Place::kMember, "pr_auc"},
    {"logloss", kClasses, Place::kMember, "logloss"},
    {"mse", kAll, Place::kMember, "MSE"},
    {"rmse", kAll, Place::kMember, "RMSE"},
    {"r2", kResponses, Place::kMember, "r2"},
    {"mae", kNumbers, Place::kMember, "mae"},
    {"rmsle", kNumbers, Place::kMember, "rmsle"},
    {"residual_deviance", kNumbers, Place::kMember, "mean_residual_deviance"},
    {"mean_residual_deviance", kNumbers, Place::kMember, "mean_residual_deviance"},
    {"deviance", kNumbers, Place::kMember, "mean_residual_deviance"},
    {"err", kClasses, Place::kErrorRate},
    {"error", kClasses, Place::kErrorRate},
    {"misclassification", kClasses, Place::kErrorRate},
    {"classification_error", kClasses, Place::kErrorRate},
    {"err_count", kClasses, Place::kErrorCount},
    {"mean_per_class_error", kClasses, Place::kMember, "mean_per_class_error"},
    {"max_per_class_error", kClasses, Place::kWorstClass},
    {"mean_per_class_accuracy", kMore, Place::kOneMinus, "mean_per_class_error"},
    {"mean_per_class_accuracy", kTwo, Place::kMaximum, "mean_per_class_accuracy"},
    {"accuracy", kMore, Place::kAccuracy},
    {"accuracy", kTwo, Place::kMaximum, "accuracy"},
    {"f1", kTwo, Place::kMaximum, "f1"},
    {"f2", kTwo, Place::kMaximum, "f2"},
    {"f0point5", kTwo, Place::kMaximum, "f0point5"},
    {"precision", kTwo, Place::kMaximum, "precision"},
    {"recall", kTwo, Place::kMaximum, "recall"},
    {"specificity", kTwo, Place::kMaximum, "specificity"},
    {"mcc", kTwo, Place::kMaximum, "absolute_mcc"},
    {"absolute_mcc", kTwo, Place::kMaximum, "absolute_mcc"},
    {"min_per_class_accuracy", kTwo, Place::kMaximum, "min_per_class_accuracy"},
    {"lift_top_group", kTwo, Place::kLiftTopGroup},
    {"lift", kTwo, Place::kLiftTopGroup},
    {"gini", kTwo, Place::kMember, "Gini"},
    {"total_rows", kClasses, Place::kMember, "nobs"},
    {"loglikelihood", kResponses, Place::kMember, "loglikelihood"},
    {"aic", kResponses, Place::kMember, "AIC"},
};

unsigned ProblemOf(const Model& model) {
  if (model.response().empty()) return kCoders;
  const size_t levels = model.domain().size();
  return levels == 0 ? kNumbers : levels == 2 ? kTwo : kMore;
}

// The metrics object that a model is judged by.
const Json& Judged(const Json& wire) {
  const Json& output = wire.at("output");
  for (const char* kind : {"cross_validation_metrics", "validation_metrics"}) {
    if (output.at(kind).is_object()) return output.at(kind);
  }
  return output.at("training_metrics");
}

std::optional<double> NumberOf(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  return value.to_number<double>();
}

std::optional<double> MemberOf(const Json& metrics, std::string_view name) {
  const Json* value = metrics.as_object().if_contains(name);
  return value == nullptr ? std::nullopt : NumberOf(*value);
}

std::optional<double> MaximumOf(const Json& metrics, std::string_view name) {
  const Json* table = metrics.as_object().if_contains("max_criteria_and_metric_scores");
  if (table == nullptr || !table->is_object()) return std::nullopt;
  const std::string row = fmt::format("max {}", name);
  const JsonArray& names = table->at("data").at(0).as_array();
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].as_string() == row) return NumberOf(table->at("data").at(2).at(i));
  }
  return std::nullopt;
}

struct Errors {
  double count = 0;
  double rows = 0;
  double worst_class = 0;
};
// Of the table of a confusion matrix: a column for each predicted class, a row for each actual one,
// and rows and columns of sums.
std::optional<Errors> ErrorsOf(const Json& metrics) {
  const Json* matrix = metrics.as_object().if_contains("cm");
  if (matrix == nullptr || !matrix->is_object()) return std::nullopt;
  const JsonArray& columns = matrix->at("table").at("data").as_array();
  if (columns.size() < 4) return std::nullopt;
  const size_t classes = columns.size() - 2;
  Errors errors;
  for (size_t actual = 0; actual < classes; ++actual) {
    double rows = 0;
    for (size_t predicted = 0; predicted < classes; ++predicted) {
      rows += NumberOf(columns[predicted].at(actual)).value_or(0);
    }
    const double missed = rows - NumberOf(columns[actual].at(actual)).value_or(0);
    errors.rows += rows;
    errors.count += missed;
    if (rows > 0) errors.worst_class = std::max(errors.worst_class, missed / rows);
  }
  return errors;
}

std::optional<double> LiftOfTopGroup(const Json& metrics) {
  const Json* table = metrics.as_object().if_contains("gains_lift_table");
  if (table == nullptr || !table->is_object()) return std::nullopt;
  const JsonArray& columns = table->at("columns").as_array();
  for (size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].at("name").as_string() == "lift") return NumberOf(table->at("data").at(c).at(0));
  }
  return std::nullopt;
}

std::optional<double> ValueOf(const Known& known, const Json& metrics) {
  switch (known.place) {
    case Place::kMember:
      return MemberOf(metrics, known.what);
    case Place::kMaximum:
      return MaximumOf(metrics, known.what);
    case Place::kLiftTopGroup:
      return LiftOfTopGroup(metrics);
    case Place::kOneMinus: {
      const auto value = MemberOf(metrics, known.what);
      return value ? std::optional(1 - *value) : std::nullopt;
    }
    default:
      break;
  }
  const auto errors = ErrorsOf(metrics);
  if (!errors || errors->rows == 0) return std::nullopt;
  if (known.place == Place::kErrorCount) return errors->count;
  if (known.place == Place::kWorstClass) return errors->worst_class;
  const double rate = errors->count / errors->rows;
  return known.place == Place::kErrorRate ? rate : 1 - rate;
}

Json OrNull(const std::shared_ptr<const Json>& json) { return json == nullptr ? Json() : *json; }

}  // namespace

std::vector<std::string> GridEntry::parts() const {
  std::vector<std::string> names;
  for (const GridModel& model : record_.models) names.push_back(model.model_id);
  return names;
}

std::shared_ptr<const GridEntry> GetGrid(const Catalog& catalog, const std::string& name) {
  auto grid = catalog.FindAs<GridEntry>(name);
  if (!grid) throw NotFound("grid", name);
  return grid;
}

std::string FindGridMetric(const std::string& name, const GridEntry::Record& grid,
                           const Catalog& catalog) {
  unsigned problem = kAll;
  for (const GridModel& model : grid.models) {
    const auto entry = catalog.FindAs<ModelEntry>(model.model_id);
    if (!entry) continue;
    problem = ProblemOf(*entry->model());
    break;
  }
  std::string key = ToLower(name);
  if (key.empty() || key == "auto") {
    key = (problem & kClasses) != 0 ? "logloss" : problem == kNumbers ? "residual_deviance" : "mse";
  }
  std::vector<std::string> names;
  for (const Known& known : kKnown) {
    if ((known.problems & problem) == 0) continue;
    if (known.name == key) return key;
    names.emplace_back(known.name);
  }
  throw UserError(fmt::format("sort_by {} is no metric of these models; there are: {}",
                              Printable(name), Join(names, ", ")));
}

std::optional<double> GridMetricOf(const std::string& metric, const GridModel& model,
                                   const Catalog& catalog) {
  const auto trained = catalog.FindAs<TrainedModel>(model.model_id);
  if (!trained) return std::nullopt;
  const unsigned problem = ProblemOf(*trained->model());
  for (const Known& known : kKnown) {
    if (known.name != metric || (known.problems & problem) == 0) continue;
    const Json wire = trained->WireJson();
    const Json& metrics = Judged(wire);
    return metrics.is_object() ? ValueOf(known, metrics) : std::nullopt;
  }
  return std::nullopt;
}

Json ToJson(const GridEntry::Record& grid) {
  JsonArray models, failures;
  for (const GridModel& model : grid.models) models.push_back(ToJson(model));
  for (const GridFailure& failure : grid.failures) {
    JsonObject json = ToJson(failure).as_object();
    json["values"] = boost::json::value_from(failure.values);
    json["hyper_parameters"] = OrNull(failure.hyper_parameters);
    failures.push_back(std::move(json));
  }
  return JsonObject{{"grid_id", grid.grid_id},
                    {"arguments", grid.arguments},
                    {"hyper_names", boost::json::value_from(grid.hyper_names)},
                    {"models", models},
                    {"failures", failures},
                    {"warnings", boost::json::value_from(grid.warnings)}};
}

GridEntry::Record GridRecordFromJson(const Json& json, const std::string& source) {
  try {
    GridEntry::Record grid;
    grid.grid_id = std::string(json.at("grid_id").as_string());
    grid.arguments = json.at("arguments");
    grid.hyper_names = boost::json::value_to<std::vector<std::string>>(json.at("hyper_names"));
    for (const Json& model : json.at("models").as_array()) {
      grid.models.push_back(GridModelFromJson(model, source));
    }
    for (const Json& f : json.at("failures").as_array()) {
      GridFailure failure;
      failure.number = f.at("number").to_number<uint64_t>();
      failure.model_id = std::string(f.at("model_id").as_string());
      failure.reason = std::string(f.at("reason").as_string());
      failure.values = boost::json::value_to<std::vector<std::string>>(f.at("values"));
      failure.hyper_parameters = std::make_shared<const Json>(f.at("hyper_parameters"));
      grid.failures.push_back(std::move(failure));
    }
    grid.warnings = boost::json::value_to<std::vector<std::string>>(json.at("warnings"));
    return grid;
  } catch (const UserError&) {
    throw;
  } catch (const std::exception& error) {
    throw UserError(fmt::format("{}: not a grid: {}", source, error.what()));
  }
}

}  // namespace thalweg
