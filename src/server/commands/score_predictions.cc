// Metrics of predictions made elsewhere.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/text.h"
#include "base/wall_clock.h"
#include "jobs/rank_frames.h"
#include "models/metrics/classification_accumulator.h"
#include "models/metrics/regression_accumulator.h"
#include "models/network_scoring.h"
#include "server/commands/arguments.h"
#include "server/commands/predict.h"
#include "server/schemas/metrics.h"
#include "server/schemas/wire_values.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

template <class E>
E ParseLevel(const char* field, const std::string& text, E otherwise) {
  if (text.empty()) return otherwise;
  const auto& names = kEnumNames<E>;
  const auto level = FindWireLevel({names.begin(), names.end()}, text);
  if (!level) {
    throw UserError(fmt::format("{} {} is none of {}", field, Printable(text),
                                Join({names.begin(), names.end()}, ", ")));
  }
  return static_cast<E>(std::find(names.begin(), names.end(), *level) - names.begin());
}

std::vector<double> Cells(const Frame& frame, size_t column) {
  if (!IsNumeric(frame.column(column).type())) {
    throw UserError(fmt::format("column {} is a {} column: it cannot be measured",
                                frame.name(column), ColumnTypeName(frame.column(column).type())));
  }
  std::vector<double> cells(static_cast<size_t>(frame.rows()));
  ReadCells(frame, column, 0, cells);
  return cells;
}

// Codes of the domain, -1 where missing or unknown. Numbers are the levels of these digits.
std::vector<int64_t> Codes(const Frame& actuals, const Domain& domain) {
  const Column& column = actuals.column(0);
  const std::vector<double> cells = Cells(actuals, 0);
  std::vector<int64_t> codes;
  codes.reserve(cells.size());
  for (const double cell : cells) {
    if (std::isnan(cell)) {
      codes.push_back(-1);
    } else if (column.type() == ColumnType::kCategorical) {
      codes.push_back(domain.Find(column.domain()->levels()[static_cast<size_t>(cell)]));
    } else {
      codes.push_back(domain.Find(fmt::format("{}", cell)));
    }
  }
  return codes;
}

}  // namespace

Json ScorePredictionsCommand(const Json& arguments, CommandContext& context) {
  const auto predictions = GetWholeFrame(TextOf(arguments, "predictions"), context);
  const auto actuals = GetWholeFrame(TextOf(arguments, "actuals"), context);
  if (actuals->columns() != 1) {
    throw UserError(fmt::format("the frame of actual values has {} columns; it must have one",
                                actuals->columns()));
  }
  if (predictions->rows() != actuals->rows()) {
    throw UserError(fmt::format("there are {} predictions and {} actual values",
                                predictions->rows(), actuals->rows()));
  }
  const auto rows = static_cast<size_t>(actuals->rows());
  std::vector<double> weights(rows, 1);
  if (const std::string name = TextOf(arguments, "weights"); !name.empty()) {
    const auto frame = GetWholeFrame(name, context);
    if (frame->columns() != 1 || frame->rows() != actuals->rows()) {
      throw UserError("the frame of weights must have one column and as many rows as the others");
    }
    weights = Cells(*frame, 0);
    for (double& w : weights) w = std::isnan(w) ? 0 : w;
  }
  std::vector<std::string> levels;
  if (const Json& domain = arguments.at("domain"); domain.is_array()) {
    levels = boost::json::value_to<std::vector<std::string>>(domain);
  } else if (actuals->column(0).type() == ColumnType::kCategorical) {
    levels = actuals->column(0).domain()->levels();
  }
  const auto kind =
      ParseLevel("distribution", TextOf(arguments, "distribution"), DistributionKind::kAuto);
  const bool classes =
      !levels.empty() && (kind == DistributionKind::kAuto || kind == DistributionKind::kBernoulli ||
                          kind == DistributionKind::kMultinomial);
  MetricsOrigin origin{.domain = classes ? levels : std::vector<std::string>(),
                       .scoring_time_ms = WallClockMs()};
  const auto to_wire = [&](const Metrics& metrics, ModelCategory category) {
    Json json = MetricsToWire(metrics, category, origin);
    json.as_object()["model_category"] = nullptr;
    return json;
  };
  if (!classes) {
    if (predictions->columns() != 1) {
      throw UserError(fmt::format("predictions of numbers are one column; there are {}",
                                  predictions->columns()));
    }
    Distribution distribution;
    distribution.kind = kind == DistributionKind::kAuto ? DistributionKind::kGaussian : kind;
    if (distribution.kind == DistributionKind::kBernoulli ||
        distribution.kind == DistributionKind::kMultinomial) {
      throw UserError("a distribution of classes needs a domain, or categorical actual values");
    }
    const std::vector<double> actual = Cells(*actuals, 0), predicted = Cells(*predictions, 0);
    RegressionAccumulator values(DevianceOf(distribution));
    for (size_t r = 0; r < rows; ++r) values.Add(actual[r], predicted[r], weights[r]);
    origin.description =
        fmt::format("Computed on user-given predictions and targets, distribution: {}.",
                    kEnumNames<DistributionKind>[static_cast<size_t>(distribution.kind)]);
    return to_wire(values.Finish(), ModelCategory::kRegression);
  }
  if (levels.size() < 2) throw UserError("the domain has one level; two are needed at least");
  const bool binomial = levels.size() == 2;
  // The label, if it is there, stands before the probabilities.
  size_t first = 0;
  if (predictions->columns() > 1 && predictions->column(0).type() == ColumnType::kCategorical) {
    first = 1;
  }
  const size_t given = predictions->columns() - first;
  if (given != levels.size() && !(binomial && given == 1)) {
    throw UserError(
        fmt::format("there are {} columns of probabilities for {} classes", given, levels.size()));
  }
  std::vector<std::vector<double>> columns;
  for (size_t c = 0; c < given; ++c) columns.push_back(Cells(*predictions, first + c));
  const std::vector<int64_t> actual = Codes(*actuals, Domain(levels));
  ClassificationOptions options;
  options.auc_type = ParseLevel("auc_type", TextOf(arguments, "auc_type"), AucType::kAuto);
  ClassificationAccumulator accumulator(levels.size(), options);
  std::vector<float> probabilities(levels.size());
  for (size_t r = 0; r < rows; ++r) {
    if (given == 1) {
      probabilities = {static_cast<float>(1 - columns[0][r]), static_cast<float>(columns[0][r])};
    } else {
      for (size_t c = 0; c < given; ++c) probabilities[c] = static_cast<float>(columns[c][r]);
    }
    const bool known = std::none_of(probabilities.begin(), probabilities.end(),
                                    [](float p) { return std::isnan(p); });
    if (known && weights[r] > 0) accumulator.Add(actual[r], probabilities, weights[r]);
  }
  const Metrics metrics = accumulator.Finish(levels, &context.pool);
  origin.description = "Computed on user-given predictions and labels.";
  if (binomial) {
    origin.description = fmt::format(
        "Computed on user-given predictions and labels, using F1-optimal threshold: {}.",
        metrics.threshold.value_or(0.5));
  }
  return to_wire(metrics, binomial ? ModelCategory::kBinomial : ModelCategory::kMultinomial);
}

}  // namespace thalweg
