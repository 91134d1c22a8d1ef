#include "server/grid_entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

// What clients call the metrics of kMetricsByName beside their own names.
struct Alias {
  std::string_view name;
  std::string_view metric;
};
constexpr Alias kAliases[] = {
    {"residual_deviance", "deviance"},
    {"mean_residual_deviance", "deviance"},
    {"err", "misclassification"},
    {"error", "misclassification"},
    {"classification_error", "misclassification"},
    {"pr_auc", "AUCPR"},
    {"lift", "lift_top_group"},
};

// The largest value of these over all thresholds; of two classes.
constexpr std::string_view kMaxima[] = {"f1",
                                        "f2",
                                        "f0point5",
                                        "accuracy",
                                        "precision",
                                        "recall",
                                        "specificity",
                                        "absolute_mcc",
                                        "mcc",
                                        "min_per_class_accuracy",
                                        "mean_per_class_accuracy"};

// The metrics object that a model is judged by.
const Json& Judged(const Json& wire) {
  const Json& output = wire.at("output");
  for (const char* kind : {"cross_validation_metrics", "validation_metrics"}) {
    if (output.at(kind).is_object()) return output.at(kind);
  }
  return output.at("training_metrics");
}

std::optional<double> MaximumOf(const Json& metrics, std::string_view name) {
  const Json* table = metrics.as_object().if_contains("max_criteria_and_metric_scores");
  if (table == nullptr || !table->is_object()) return std::nullopt;
  const std::string row = fmt::format("max {}", name == "mcc" ? "absolute_mcc" : name);
  const JsonArray& names = table->at("data").at(0).as_array();
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].as_string() != row) continue;
    const Json& value = table->at("data").at(2).at(i);
    if (value.is_number()) return value.to_number<double>();
  }
  return std::nullopt;
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

GridMetric FindGridMetric(const std::string& name, const GridEntry::Record& grid,
                          const Catalog& catalog) {
  if (name.empty() || EqualsIgnoreCase(name, "AUTO")) {
    if (grid.models.empty()) return {"logloss", false};
    const auto model = catalog.FindAs<ModelEntry>(grid.models[0].model_id);
    if (!model) return {"logloss", false};
    if (!model->model()->domain().empty()) return {"logloss", false};
    return model->model()->response().empty() ? GridMetric{"mse", false}
                                              : GridMetric{"residual_deviance", false};
  }
  const std::string key = ToLower(name);
  for (const std::string_view maximum : kMaxima) {
    if (key == maximum) return {key, true};
  }
  std::string_view metric = key;
  for (const Alias& alias : kAliases) {
    if (key == alias.name) metric = alias.metric;
  }
  std::vector<std::string> names;
  for (const MetricByName& m : kMetricsByName) {
    if (EqualsIgnoreCase(m.name, metric)) return {key, m.larger_is_better};
    names.push_back(ToLower(m.name));
  }
  for (const std::string_view maximum : kMaxima) names.emplace_back(maximum);
  throw UserError(
      fmt::format("sort_by {} is no metric; there are: {}", Printable(name), Join(names, ", ")));
}

std::optional<double> GridMetricOf(const GridMetric& metric, const GridModel& model,
                                   const Catalog& catalog) {
  std::string_view wanted = metric.name;
  for (const Alias& alias : kAliases) {
    if (metric.name == alias.name) wanted = alias.metric;
  }
  for (size_t i = 1; i < kMetricsByName.size(); ++i) {
    if (EqualsIgnoreCase(kMetricsByName[i].name, wanted)) return model.metrics[i];
  }
  const auto trained = catalog.FindAs<TrainedModel>(model.model_id);
  if (!trained) return std::nullopt;
  return MaximumOf(Judged(trained->WireJson()), metric.name);
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
