#include "cli/grid_text.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "cli/table.h"

namespace thalweg {
namespace {

constexpr size_t kShownModels = 20;
constexpr size_t kShownFailures = 10;
constexpr size_t kWidestReason = 100;

std::string Number(double value) { return std::isnan(value) ? "" : fmt::format("{:.6g}", value); }

// That of the order first, then what people look at beside it.
std::vector<const MetricByName*> ShownMetrics(const GridOutcome& outcome) {
  std::vector<const MetricByName*> shown = {outcome.sort_by};
  const GridModel& model = outcome.models[0];
  const auto measured = [&](const char* name) {
    return !std::isnan(MetricOf(model, Find(StoppingMetricByName(name))));
  };
  const bool classes = measured("misclassification");
  for (const char* name : {"logloss", "AUC", "misclassification", "RMSE", "MAE"}) {
    const MetricByName& metric = Find(StoppingMetricByName(name));
    const bool of_numbers = std::string_view(name) == "RMSE" || std::string_view(name) == "MAE";
    if (&metric != outcome.sort_by && measured(name) && !(classes && of_numbers)) {
      shown.push_back(&metric);
    }
  }
  return shown;
}

std::string ModelsText(const GridOutcome& outcome) {
  const std::vector<const MetricByName*> metrics = ShownMetrics(outcome);
  std::vector<TableColumn> columns = {{"", true}, {"model"}};
  for (const std::string& name : outcome.hyper_names) columns.push_back({name, true});
  for (const MetricByName* metric : metrics) columns.push_back({metric->name, true});
  columns.push_back({"epochs", true});
  columns.push_back({"time", true});
  std::vector<std::vector<std::string>> rows;
  bool cut_short = false;
  for (const GridModel& model : outcome.models) {
    if (rows.size() == kShownModels) break;
    std::vector<std::string> row = {std::to_string(rows.size() + 1),
                                    model.model_id + (model.cut_short ? " *" : "")};
    cut_short |= model.cut_short;
    for (const std::string& value : model.values) row.push_back(value.empty() ? "-" : value);
    for (const MetricByName* metric : metrics) row.push_back(Number(MetricOf(model, *metric)));
    row.push_back(fmt::format("{:.2f}", model.epochs));
    row.push_back(HumanDuration(model.seconds));
    rows.push_back(std::move(row));
  }
  std::string rows_of = Name(outcome.judged_by);
  if (outcome.judged_by == MetricsOf::kCrossValidation) rows_of = "cross-validation";
  std::string text = fmt::format("models by {} of {}, the best first\n{}", outcome.sort_by->name,
                                 rows_of, FormatTable(columns, rows));
  if (outcome.models.size() > kShownModels) {
    text += fmt::format("… and {} more (--report FILE has all)\n",
                        outcome.models.size() - kShownModels);
  }
  if (cut_short) text += "* had no time to finish: the grid's max_runtime_secs had passed\n";
  return text;
}

std::string FailuresText(const GridOutcome& outcome) {
  std::vector<TableColumn> columns = {{"model"}};
  for (const std::string& name : outcome.hyper_names) columns.push_back({name, true});
  columns.push_back({.title = "reason", .max_width = kWidestReason});
  std::vector<std::vector<std::string>> rows;
  for (const GridFailure& failure : outcome.failures) {
    if (rows.size() == kShownFailures) break;
    std::vector<std::string> row = {failure.model_id};
    for (const std::string& value : failure.values) row.push_back(value.empty() ? "-" : value);
    row.push_back(failure.reason);
    rows.push_back(std::move(row));
  }
  std::string text = "failed\n" + FormatTable(columns, rows);
  if (outcome.failures.size() > kShownFailures) {
    text += fmt::format("… and {} more (--report FILE has all)\n",
                        outcome.failures.size() - kShownFailures);
  }
  return text;
}

}  // namespace

std::string GridText(const GridOutcome& outcome) {
  std::string text;
  if (!outcome.models.empty()) text += ModelsText(outcome);
  if (!outcome.failures.empty()) text += (text.empty() ? "" : "\n") + FailuresText(outcome);
  return text;
}

}  // namespace thalweg
