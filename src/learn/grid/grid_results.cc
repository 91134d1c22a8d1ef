#include "learn/grid/grid_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>

#include "base/error.h"
#include "base/json.h"
#include "learn/cross_validation/cross_validation.h"

namespace thalweg {
namespace {

constexpr std::array kNames = {"training", "validation", "cross_validation"};

size_t IndexOf(const MetricByName& metric) {
  return static_cast<size_t>(&metric - kMetricsByName.data());
}

std::shared_ptr<const Json> Shared(Json json) { return std::make_shared<Json>(std::move(json)); }

double NumberOr(const Json& value, double otherwise) {
  return value.is_null() ? otherwise : value.to_number<double>();
}

}  // namespace

const char* Name(MetricsOf rows) { return kNames[static_cast<size_t>(rows)]; }

void FillIn(const TrainingOutcome& outcome, GridModel& model) {
  const Metrics* judged = &outcome.training_metrics;
  model.judged_by = MetricsOf::kTraining;
  model.training_metrics = Shared(judged->NumbersToJson());
  if (outcome.validation_metrics) {
    judged = &*outcome.validation_metrics;
    model.judged_by = MetricsOf::kValidation;
    model.validation_metrics = Shared(judged->NumbersToJson());
  }
  if (outcome.cross_validation) {
    judged = &outcome.cross_validation->pooled;
    model.judged_by = MetricsOf::kCrossValidation;
    model.cross_validation_metrics = Shared(judged->NumbersToJson());
  }
  for (size_t i = 0; i < kMetricsByName.size(); ++i) {
    model.metrics[i] = kMetricsByName[i].value(*judged);
  }
  if (outcome.parameters) {
    const Json* seed = outcome.parameters->as_object().if_contains("seed");
    if (seed != nullptr && seed->is_int64()) model.seed = seed->as_int64();
  }
  model.epochs = outcome.epochs;
  model.stop_reason = outcome.stop_reason;
  model.warnings = outcome.warnings;
}

double MetricOf(const GridModel& model, const MetricByName& metric) {
  return model.metrics[IndexOf(metric)].value_or(std::nan(""));
}

bool IsBetter(const GridModel& a, const GridModel& b, const MetricByName& metric) {
  const double x = MetricOf(a, metric), y = MetricOf(b, metric);
  if (std::isnan(x) || std::isnan(y)) {
    return std::isnan(x) == std::isnan(y) ? a.number < b.number : std::isnan(y);
  }
  if (x == y) return a.number < b.number;
  return metric.larger_is_better ? x > y : x < y;
}

void SortModels(std::vector<GridModel>& models, const MetricByName& metric, bool best_first) {
  std::sort(models.begin(), models.end(), [&](const GridModel& a, const GridModel& b) {
    return best_first ? IsBetter(a, b, metric) : IsBetter(b, a, metric);
  });
}

Json ToJson(const GridModel& model) {
  JsonObject metrics;
  for (size_t i = 0; i < kMetricsByName.size(); ++i) {
    if (model.metrics[i]) metrics[kMetricsByName[i].name] = JsonNumber(*model.metrics[i]);
  }
  JsonObject object{{"number", model.number},
                    {"model_id", model.model_id},
                    {"hyper_parameters", *model.hyper_parameters},
                    {"judged_by", Name(model.judged_by)},
                    {"metrics", std::move(metrics)}};
  const auto add = [&](const char* key, const std::shared_ptr<const Json>& json) {
    if (json) object[key] = *json;
  };
  add("training_metrics", model.training_metrics);
  add("validation_metrics", model.validation_metrics);
  add("cross_validation_metrics", model.cross_validation_metrics);
  object["seed"] = model.seed;
  object["epochs"] = JsonNumber(model.epochs);
  object["seconds"] = JsonNumber(model.seconds);
  object["stop_reason"] = model.stop_reason;
  object["cut_short"] = model.cut_short;
  object["warnings"] = boost::json::value_from(model.warnings);
  return object;
}

Json ToJson(const GridFailure& failure) {
  return JsonObject{{"number", failure.number},
                    {"model_id", failure.model_id},
                    {"hyper_parameters", *failure.hyper_parameters},
                    {"reason", failure.reason}};
}

GridModel GridModelFromJson(const Json& json, const std::string& file) {
  try {
    const JsonObject& object = json.as_object();
    const auto text = [&](const char* key) {
      return boost::json::value_to<std::string>(object.at(key));
    };
    GridModel model;
    model.number = object.at("number").to_number<uint64_t>();
    model.model_id = text("model_id");
    model.hyper_parameters = Shared(object.at("hyper_parameters"));
    const auto rows = std::find(kNames.begin(), kNames.end(), text("judged_by"));
    if (rows == kNames.end()) throw UserError("judged_by is none of the rows there are");
    model.judged_by = static_cast<MetricsOf>(rows - kNames.begin());
    const JsonObject& metrics = object.at("metrics").as_object();
    for (size_t i = 0; i < kMetricsByName.size(); ++i) {
      const Json* value = metrics.if_contains(kMetricsByName[i].name);
      if (value != nullptr) model.metrics[i] = NumberOr(*value, std::nan(""));
    }
    const auto get = [&](const char* key) -> std::shared_ptr<const Json> {
      const Json* value = object.if_contains(key);
      return value == nullptr ? nullptr : Shared(*value);
    };
    model.training_metrics = get("training_metrics");
    model.validation_metrics = get("validation_metrics");
    model.cross_validation_metrics = get("cross_validation_metrics");
    model.seed = object.at("seed").to_number<int64_t>();
    model.epochs = NumberOr(object.at("epochs"), 0);
    model.seconds = NumberOr(object.at("seconds"), 0);
    model.stop_reason = text("stop_reason");
    model.cut_short = object.at("cut_short").as_bool();
    model.warnings = boost::json::value_to<std::vector<std::string>>(object.at("warnings"));
    return model;
  } catch (const std::exception& error) {
    throw UserError(
        fmt::format("{}: not as a grid writes it ({}); remove the file, and its model "
                    "is trained again",
                    file, error.what()));
  }
}

Json ToJson(const GridOutcome& outcome) {
  JsonArray models, failures;
  for (const GridModel& model : outcome.models) models.push_back(ToJson(model));
  for (const GridFailure& failure : outcome.failures) failures.push_back(ToJson(failure));
  return JsonObject{{"grid_id", outcome.grid_id},
                    {"hyper_names", boost::json::value_from(outcome.hyper_names)},
                    {"combinations", outcome.combinations},
                    {"sort_by", outcome.sort_by->name},
                    {"decreasing", outcome.sort_by->larger_is_better},
                    {"judged_by", Name(outcome.judged_by)},
                    {"models", std::move(models)},
                    {"failures", std::move(failures)},
                    {"warnings", boost::json::value_from(outcome.warnings)},
                    {"seed", outcome.seed},
                    {"parallelism", outcome.parallelism},
                    {"recovered", outcome.recovered},
                    {"interrupted", outcome.interrupted},
                    {"stop_reason", outcome.stop_reason},
                    {"seconds", JsonNumber(outcome.seconds)}};
}

}  // namespace thalweg
