// Metrics by name, to stop by, to keep the best model by, to sort by. A metric joins by one line.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/fields.h"
#include "models/metrics.h"

namespace thalweg {

struct MetricByName {
  const char* name;
  bool larger_is_better;
  // Nothing where the metric does not apply to the problem.
  std::optional<double> (*value)(const Metrics&);
};

// Names as H2O's clients send them. The first one stands for logloss in classification, for
// deviance in regression, mse of autoencoders.
inline constexpr std::array kMetricsByName = {
    MetricByName{"AUTO", false,
                 [](const Metrics& m) {
                   if (m.logloss) return m.logloss;
                   return m.mean_residual_deviance ? m.mean_residual_deviance
                                                   : std::optional(m.mse);
                 }},
    MetricByName{"deviance", false, [](const Metrics& m) { return m.mean_residual_deviance; }},
    MetricByName{"logloss", false, [](const Metrics& m) { return m.logloss; }},
    MetricByName{"MSE", false, [](const Metrics& m) { return std::optional(m.mse); }},
    MetricByName{"RMSE", false, [](const Metrics& m) { return std::optional(m.rmse); }},
    MetricByName{"MAE", false, [](const Metrics& m) { return m.mae; }},
    MetricByName{"RMSLE", false, [](const Metrics& m) { return m.rmsle; }},
    MetricByName{"r2", true, [](const Metrics& m) { return m.r2; }},
    MetricByName{"AUC", true, [](const Metrics& m) { return m.auc; }},
    MetricByName{"AUCPR", true, [](const Metrics& m) { return m.pr_auc; }},
    MetricByName{"lift_top_group", true,
                 [](const Metrics& m) -> std::optional<double> {
                   if (!m.binomial || m.binomial->gains_lift.empty()) return std::nullopt;
                   return m.binomial->gains_lift.front().lift;
                 }},
    MetricByName{"misclassification", false,
                 [](const Metrics& m) { return m.classification_error; }},
    MetricByName{"mean_per_class_error", false,
                 [](const Metrics& m) { return m.mean_per_class_error; }},
};

// The numbers of the rows above.
enum class StoppingMetric { kAuto = 0 };
template <>
inline constexpr auto kEnumNames<StoppingMetric> = [] {
  std::array<const char*, kMetricsByName.size()> names{};
  for (size_t i = 0; i < names.size(); ++i) names[i] = kMetricsByName[i].name;
  return names;
}();

constexpr const MetricByName& Find(StoppingMetric metric) {
  return kMetricsByName[static_cast<size_t>(metric)];
}
// UserError that lists the names if there is none of this one; case does not matter.
StoppingMetric StoppingMetricByName(std::string_view name);

}  // namespace thalweg
