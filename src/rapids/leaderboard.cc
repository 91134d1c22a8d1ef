// Models side by side, the best first.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include "base/text.h"
#include "jobs/rank_frames.h"
#include "jobs/training_report.h"
#include "models/adapt_frame.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

using Numbers = std::map<std::string, double>;

constexpr std::string_view kTrainingTime = "training_time_ms";
constexpr std::string_view kPredictionTime = "predict_time_per_row_ms";
constexpr std::string_view kAlgo = "algo";

struct Row {
  std::string model;
  std::shared_ptr<const Model> net;
  std::shared_ptr<const TrainingReport> report;
  Numbers metrics;
  double prediction_ms = std::nan("");
};

// The metrics of a kind of problem, the one that decides first.
std::vector<std::string> MetricsOf(const Model& model) {
  const size_t levels = model.domain().size();
  if (levels == 2) return {"auc", "logloss", "aucpr", "mean_per_class_error", "rmse", "mse"};
  if (levels > 2) return {"mean_per_class_error", "logloss", "rmse", "mse"};
  if (model.response().empty()) return {"rmse", "mse"};
  return {"rmse", "mse", "mae", "rmsle", "mean_residual_deviance"};
}

bool LargerIsBetter(const std::string& metric) { return metric == "auc" || metric == "aucpr"; }

Numbers Named(const Metrics& m) {
  Numbers numbers{{"rmse", m.rmse}, {"mse", m.mse}};
  const auto add = [&](const char* name, const std::optional<double>& value) {
    if (value) numbers[name] = *value;
  };
  add("auc", m.auc);
  add("aucpr", m.pr_auc);
  add("logloss", m.logloss);
  add("mean_per_class_error", m.mean_per_class_error);
  add("mae", m.mae);
  add("rmsle", m.rmsle);
  add("mean_residual_deviance", m.mean_residual_deviance);
  return numbers;
}

// The models of these names, and those of grids.
std::vector<Row> FindModels(const Arguments& arguments, Evaluator& evaluator) {
  std::vector<Row> rows;
  const auto add = [&](const std::string& name) {
    const auto entry = evaluator.catalog().FindAs<ModelEntry>(name);
    const auto report = evaluator.catalog().FindAs<TrainingReport>(name);
    if (!entry || !report) arguments.Fail(0, "names no model or grid: " + Printable(name));
    rows.push_back({.model = name, .net = entry->model(), .report = report, .metrics = {}});
  };
  for (const std::string& name : arguments.Texts(0)) {
    const EntryPtr entry = evaluator.catalog().Find(name);
    if (entry && entry->kind() == EntryKind::kGrid) {
      for (const std::string& part : entry->parts()) add(part);
    } else {
      add(name);
    }
  }
  if (rows.empty()) arguments.Fail(0, "names no models");
  return rows;
}

void MeasureOnFrame(const std::string& name, std::vector<Row>& rows, Evaluator& evaluator) {
  const std::shared_ptr<const Frame> frame = GetWholeFrame(name, evaluator.context());
  for (Row& row : rows) {
    std::vector<std::string> warnings;
    const auto start = std::chrono::steady_clock::now();
    row.metrics = Named(
        row.net->Score(AdaptFrame(*row.net, *frame, evaluator.pool(), warnings), evaluator.pool()));
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - start;
    row.prediction_ms = taken.count() / static_cast<double>(std::max<int64_t>(frame->rows(), 1));
  }
}

// What was measured when the models were trained.
void ReadReports(const Arguments& arguments, const std::string& wanted, std::vector<Row>& rows) {
  std::vector<std::string> of = {ToLower(wanted)};
  if (of[0] == "auto") of = {"xval", "valid", "train"};
  for (Row& row : rows) {
    for (const std::string& data : of) {
      if (row.metrics.empty()) row.metrics = row.report->MetricsOn(data);
    }
    if (row.metrics.empty()) {
      arguments.Fail(4, fmt::format("is {}, and model {} was not measured on such rows",
                                    Printable(wanted), row.model));
    }
  }
}

std::vector<std::string> ExtraColumns(const Arguments& arguments) {
  const std::vector<std::string> known = {std::string(kTrainingTime), std::string(kPredictionTime),
                                          std::string(kAlgo)};
  if (arguments.Nothing(3)) return {};
  std::vector<std::string> extra;
  for (const std::string& name : arguments.Texts(3)) {
    if (name == "ALL") return known;
    if (name.empty()) continue;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      arguments.Fail(3,
                     fmt::format("has {}; there are: ALL, {}", Printable(name), Join(known, ", ")));
    }
    extra.push_back(name);
  }
  return extra;
}

}  // namespace

Value MakeLeaderboard(const Arguments& arguments, Evaluator& evaluator) {
  std::vector<Row> rows = FindModels(arguments, evaluator);
  std::vector<std::string> metrics = MetricsOf(*rows[0].net);
  for (const Row& row : rows) {
    if (MetricsOf(*row.net) != metrics) {
      arguments.Fail(
          0, fmt::format("has models of different problems: {} and {}", rows[0].model, row.model));
    }
  }
  const std::string sort_by = ToLower(arguments.Text(2));
  if (sort_by != "auto") {
    const auto found = std::find(metrics.begin(), metrics.end(), sort_by);
    if (found == metrics.end()) {
      arguments.Fail(
          2, fmt::format("is {}; there are: AUTO, {}", Printable(sort_by), Join(metrics, ", ")));
    }
    std::rotate(metrics.begin(), found, found + 1);
  }
  const std::vector<std::string> extra = ExtraColumns(arguments);
  const std::string frame = arguments.Nothing(1) ? std::string() : arguments.Text(1);
  if (frame.empty()) {
    ReadReports(arguments, arguments.Text(4), rows);
  } else {
    MeasureOnFrame(frame, rows, evaluator);
  }
  const auto cell = [](const Row& row, const std::string& metric) {
    const auto found = row.metrics.find(metric);
    return found == row.metrics.end() ? kMissingReal : found->second;
  };
  const auto place = [&](const Row& row) {
    const double value = cell(row, metrics[0]);
    if (std::isnan(value)) return std::numeric_limits<double>::infinity();
    return LargerIsBetter(metrics[0]) ? -value : value;
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Row& a, const Row& b) { return place(a) < place(b); });

  const LayoutPtr layout = NewLayout(static_cast<int64_t>(rows.size()));
  std::vector<std::string> titles;
  std::vector<ColumnPtr> columns;
  const auto add_texts = [&](std::string_view title, const auto& text) {
    std::vector<std::string> cells;
    for (const Row& row : rows) cells.push_back(text(row));
    titles.emplace_back(title);
    columns.push_back(TextsColumn(*layout, cells, evaluator));
  };
  const auto add_numbers = [&](std::string_view title, const auto& number) {
    std::vector<double> cells;
    for (const Row& row : rows) cells.push_back(number(row));
    titles.emplace_back(title);
    columns.push_back(NumbersColumn(*layout, cells, evaluator));
  };
  add_texts("model_id", [](const Row& row) { return row.model; });
  for (const std::string& metric : metrics) {
    add_numbers(metric, [&](const Row& row) { return cell(row, metric); });
  }
  for (const std::string& name : extra) {
    if (name == kAlgo) {
      add_texts(name, [](const Row& row) { return row.report->AlgoName(); });
    } else if (name == kTrainingTime) {
      add_numbers(name, [](const Row& row) { return row.report->TrainingMs(); });
    } else {
      add_numbers(name, [](const Row& row) { return row.prediction_ms; });
    }
  }
  return Frame(layout, std::move(titles), std::move(columns));
}

}  // namespace thalweg::internal
