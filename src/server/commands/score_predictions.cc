// Metrics of predictions made elsewhere.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

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

// `what`: for messages.
std::vector<double> Numbers(const Frame& frame, size_t column, const char* what) {
  const ColumnType type = frame.column(column).type();
  if (!IsNumeric(type) || type == ColumnType::kCategorical) {
    throw UserError(fmt::format("{}: column {} is a {} column; it must be of numbers", what,
                                frame.name(column), ColumnTypeName(type)));
  }
  std::vector<double> cells(static_cast<size_t>(frame.rows()));
  ReadCells(frame, column, 0, std::span<double>(cells));
  return cells;
}

std::vector<double> Probabilities(const Frame& frame, size_t column) {
  std::vector<double> cells = Numbers(frame, column, "predictions");
  for (const double cell : cells) {
    if (cell < 0 || cell > 1) {
      throw UserError(fmt::format("predictions: column {} has {}; probabilities are from 0 to 1",
                                  frame.name(column), cell));
    }
  }
  return cells;
}

// Distributions whose deviance needs nothing more than two numbers.
Distribution DistributionOfNumbers(DistributionKind kind) {
  Distribution distribution;
  distribution.kind = kind == DistributionKind::kAuto ? DistributionKind::kGaussian : kind;
  switch (distribution.kind) {
    case DistributionKind::kMultinomial:
      throw UserError("distribution multinomial needs a domain, or categorical actual values");
    case DistributionKind::kTweedie:
    case DistributionKind::kHuber:
    case DistributionKind::kQuantile:
      throw UserError(
          fmt::format("distribution {} has a parameter of its own, which cannot be given here; "
                      "measure with the model (model_performance)",
                      kEnumNames<DistributionKind>[static_cast<size_t>(distribution.kind)]));
    default:
      return distribution;
  }
}

void CheckDomain(const std::vector<std::string>& levels) {
  if (levels.size() < 2) throw UserError("domain: has one level; two are needed at least");
  std::set<std::string> seen;
  for (const std::string& level : levels) {
    if (!seen.insert(level).second) {
      throw UserError(fmt::format("domain: has {} twice", Printable(level)));
    }
  }
}

// Codes of the domain, -1 where missing. Numbers are the levels of these digits.
std::vector<int64_t> Codes(const Frame& actuals, const Domain& domain) {
  const Column& column = actuals.column(0);
  const auto require = [](int64_t code, const std::string& level) {
    if (code >= 0) return code;
    throw UserError(
        fmt::format("domain: has no {}, which is among the actual values", Printable(level)));
  };
  std::vector<int64_t> of_level;
  std::vector<double> cells(static_cast<size_t>(actuals.rows()));
  const bool levels = column.type() == ColumnType::kCategorical;
  if (levels) {
    ReadCells(actuals, 0, 0, std::span<double>(cells));
    for (const std::string& level : column.domain()->levels())
      of_level.push_back(domain.Find(level));
  } else {
    cells = Numbers(actuals, 0, "actual values");
  }
  std::vector<int64_t> codes;
  codes.reserve(cells.size());
  for (const double cell : cells) {
    if (std::isnan(cell)) {
      codes.push_back(-1);
    } else if (levels) {
      const auto level = static_cast<size_t>(cell);
      codes.push_back(require(of_level[level], column.domain()->levels()[level]));
    } else {
      const std::string level = fmt::format("{}", cell);
      codes.push_back(require(domain.Find(level), level));
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
    weights = Numbers(*frame, 0, "weights");
    for (double& w : weights) {
      if (w < 0) throw UserError(fmt::format("weights: {} is below 0", w));
      w = std::isnan(w) ? 0 : w;
    }
  }
  std::vector<std::string> levels;
  if (const Json& domain = arguments.at("domain"); domain.is_array()) {
    levels = boost::json::value_to<std::vector<std::string>>(domain);
  } else if (actuals->column(0).type() == ColumnType::kCategorical) {
    levels = actuals->column(0).domain()->levels();
  }
  const auto kind =
      ParseLevel("distribution", TextOf(arguments, "distribution"), DistributionKind::kAuto);
  // As with H2O, the domain alone decides; the distribution is that of numbers.
  const bool classes = !levels.empty();
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
    const Distribution distribution = DistributionOfNumbers(kind);
    const std::vector<double> actual = Numbers(*actuals, 0, "actual values"),
                              predicted = Numbers(*predictions, 0, "predictions");
    RegressionAccumulator values(DevianceOf(distribution));
    for (size_t r = 0; r < rows; ++r) {
      if (!std::isnan(predicted[r])) values.Add(actual[r], predicted[r], weights[r]);
    }
    origin.description =
        fmt::format("Computed on user-given predictions and targets, distribution: {}.",
                    kEnumNames<DistributionKind>[static_cast<size_t>(distribution.kind)]);
    return to_wire(values.Finish(), ModelCategory::kRegression);
  }
  CheckDomain(levels);
  const bool binomial = levels.size() == 2;
  const size_t given = predictions->columns();
  if (given != (binomial ? 1 : levels.size())) {
    throw UserError(fmt::format(
        "predictions: for a domain of {} classes there must be {}, and there are {}", levels.size(),
        binomial ? "one column, the probability of the second class"
                 : fmt::format("{} columns, the probability of each class", levels.size()),
        given));
  }
  std::vector<std::vector<double>> columns;
  for (size_t c = 0; c < given; ++c) columns.push_back(Probabilities(*predictions, c));
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
