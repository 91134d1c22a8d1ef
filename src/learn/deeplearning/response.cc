#include "learn/deeplearning/response.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "learn/deeplearning/shared_rows.h"

namespace thalweg {
namespace {

using Kind = DistributionKind;

const char* NameOf(Kind kind) { return kEnumNames<Kind>[static_cast<size_t>(kind)]; }
const char* NameOf(LossChoice loss) { return kEnumNames<LossChoice>[static_cast<size_t>(loss)]; }

[[noreturn]] void Refuse(const char* field, const std::string& message) {
  throw FieldErrors(std::vector<FieldError>{{field, message}});
}

void PlanClasses(const DeepLearningParams& p, const std::string& column, ResponsePlan& plan) {
  const size_t levels = plan.scale.domain.size();
  Distribution& distribution = plan.scale.distribution;
  distribution.kind = p.distribution;
  switch (p.distribution) {
    case Kind::kAuto:
      distribution.kind = levels == 2 ? Kind::kBernoulli : Kind::kMultinomial;
      break;
    case Kind::kBernoulli:
      if (levels != 2) {
        Refuse("distribution", fmt::format("bernoulli needs a response of two levels; {} has {}. "
                                           "Use multinomial",
                                           column, levels));
      }
      break;
    case Kind::kMultinomial:
      break;
    default:
      Refuse("distribution",
             fmt::format("{} needs a response that is a number; {} is categorical. Use bernoulli "
                         "or multinomial, or --response_type real",
                         NameOf(p.distribution), column));
  }
  switch (p.loss) {
    case LossChoice::kAutomatic:
    case LossChoice::kCrossEntropy:
      plan.loss = LossKind::kCrossEntropy;
      return;
    case LossChoice::kModifiedHuber:
      if (distribution.kind != Kind::kBernoulli) {
        Refuse("loss", fmt::format("ModifiedHuber has one score for two classes: it needs a "
                                   "response of two levels and distribution bernoulli or AUTO; "
                                   "{} has {} levels",
                                   column, levels));
      }
      plan.loss = LossKind::kModifiedHuber;
      plan.scale.modified_huber = true;
      return;
    case LossChoice::kQuantile:
      Refuse("loss", "Quantile needs a response that is a number; use CrossEntropy");
    default:
      break;
  }
  if (p.distribution != Kind::kAuto) {
    Refuse("loss", fmt::format("{} is not the loss of the {} distribution, which is CrossEntropy; "
                               "leave distribution at AUTO to use it on probabilities",
                               NameOf(p.loss), NameOf(p.distribution)));
  }
  plan.loss = p.loss == LossChoice::kQuadratic  ? LossKind::kQuadraticProbabilities
              : p.loss == LossChoice::kAbsolute ? LossKind::kAbsoluteProbabilities
                                                : LossKind::kHuberProbabilities;
}

void PlanValues(const DeepLearningParams& p, const std::string& column, ResponsePlan& plan) {
  struct Pair {
    Kind distribution;
    LossChoice choice;  // kAutomatic: there is no name for it
    LossKind loss;
  };
  constexpr Pair kPairs[] = {
      {Kind::kGaussian, LossChoice::kQuadratic, LossKind::kQuadratic},
      {Kind::kLaplace, LossChoice::kAbsolute, LossKind::kAbsolute},
      {Kind::kHuber, LossChoice::kHuber, LossKind::kHuber},
      {Kind::kQuantile, LossChoice::kQuantile, LossKind::kQuantile},
      {Kind::kPoisson, LossChoice::kAutomatic, LossKind::kTweedie},
      {Kind::kGamma, LossChoice::kAutomatic, LossKind::kTweedie},
      {Kind::kTweedie, LossChoice::kAutomatic, LossKind::kTweedie},
  };
  if (p.distribution == Kind::kBernoulli || p.distribution == Kind::kMultinomial) {
    Refuse("distribution",
           fmt::format("{} needs a categorical response, and {} is a number; use --response_type "
                       "enum, or another distribution",
                       NameOf(p.distribution), column));
  }
  if (p.loss == LossChoice::kCrossEntropy || p.loss == LossChoice::kModifiedHuber) {
    Refuse("loss", fmt::format("{} needs a categorical response; use Quadratic, or "
                               "--response_type enum",
                               NameOf(p.loss)));
  }
  for (const Pair& pair : kPairs) {
    const bool by_loss = p.distribution == Kind::kAuto && p.loss != LossChoice::kAutomatic;
    if (by_loss ? pair.choice != p.loss
                : pair.distribution !=
                      (p.distribution == Kind::kAuto ? Kind::kGaussian : p.distribution)) {
      continue;
    }
    if (p.loss != LossChoice::kAutomatic && p.loss != pair.choice) {
      Refuse("loss", fmt::format("{} is not the loss of the {} distribution; use {}",
                                 NameOf(p.loss), NameOf(p.distribution), NameOf(pair.choice)));
    }
    plan.scale.distribution.kind = pair.distribution;
    plan.loss = pair.loss;
    return;
  }
}

double WeightOf(const ActualResponses& actual, size_t row) {
  return actual.weights.empty() ? 1 : actual.weights[row];
}
double OffsetOf(const ActualResponses& actual, size_t row) {
  return actual.offsets.empty() ? 0 : actual.offsets[row];
}

void FitClasses(const ActualResponses& actual, Communicator* sharing, ResponsePlan& plan) {
  const size_t levels = plan.scale.domain.size();
  std::vector<double> counts(levels + 1, 0.0);
  double& total = counts.back();
  for (size_t r = 0; r < actual.classes.size(); ++r) {
    counts[static_cast<size_t>(actual.classes[r])] += WeightOf(actual, r);
    total += WeightOf(actual, r);
  }
  SumOverRanks(counts, sharing);
  // Of the rows after balancing.
  for (size_t k = 0; k < plan.scale.class_factors.size(); ++k) {
    total += counts[k] * (1 / plan.scale.class_factors[k] - 1);
    counts[k] /= plan.scale.class_factors[k];
  }
  if (plan.scale.modified_huber) {
    plan.output_biases = {2 * counts[1] / total - 1};
    return;
  }
  // Centred logarithms of the shares; a level without rows counts as half a row.
  double mean = 0;
  for (size_t k = 0; k < levels; ++k) {
    plan.output_biases.push_back(std::log(std::max(counts[k], 0.5) / total));
    mean += plan.output_biases.back() / static_cast<double>(levels);
  }
  for (double& bias : plan.output_biases) bias -= mean;
}

// The best constant score: for y e^-o distributed with the mean e^b and variance power p,
// b = log(sum y e^(o (1-p)) / sum e^(o (2-p))).
void FitLogLink(const ActualResponses& actual, const std::string& name, Communicator* sharing,
                ResponsePlan& plan) {
  const double p = plan.scale.distribution.VariancePower();
  std::array<double, 2> sums = {};
  auto& [responses, exposures] = sums;
  for (size_t r = 0; r < actual.values.size(); ++r) {
    const double w = WeightOf(actual, r), o = OffsetOf(actual, r);
    responses += w * actual.values[r] * std::exp(o * (1 - p));
    exposures += w * std::exp(o * (2 - p));
  }
  SumOverRanks(sums, sharing);
  if (!(responses > 0)) {
    throw UserError(
        fmt::format("the responses {} are all 0: there is no mean of the {} distribution to learn",
                    name, NameOf(plan.scale.distribution.kind)));
  }
  const double bias = std::log(responses / exposures);
  plan.output_biases = {bias};
  // Derivatives are of the size of mean^(2-p): brought to 1, so that rates mean what they do
  // elsewhere.
  plan.loss_options.variance_power = p;
  plan.loss_options.factor = std::exp(bias * (p - 2));
}

void FitIdentity(const DeepLearningParams& params, const ActualResponses& actual,
                 Communicator* sharing, ResponsePlan& plan) {
  ResponseScale& scale = plan.scale;
  std::vector<double> values(actual.values.size());
  std::array<double, 2> sums = {};
  auto& [sum, weights] = sums;
  double squares = 0;
  for (size_t r = 0; r < values.size(); ++r) {
    values[r] = actual.values[r] - OffsetOf(actual, r);
    sum += WeightOf(actual, r) * values[r];
    weights += WeightOf(actual, r);
  }
  SumOverRanks(sums, sharing);
  const double mean = weights > 0 ? sum / weights : 0;
  for (size_t r = 0; r < values.size(); ++r) {
    squares += WeightOf(actual, r) * (values[r] - mean) * (values[r] - mean);
  }
  SumOverRanks({&squares, 1}, sharing);
  if (params.standardize) {
    scale.mean = mean;
    if (weights > 1 && squares > 0) scale.scale = std::sqrt(squares / (weights - 1));
  }
  double location = mean;
  if (plan.loss != LossKind::kQuadratic) {
    const double alpha = plan.loss == LossKind::kQuantile ? params.quantile_alpha : 0.5;
    std::vector<double> row_weights = actual.weights;
    if (sharing != nullptr) {
      values = OfAllRanks(values, *sharing);
      row_weights = OfAllRanks(row_weights, *sharing);
    }
    location = WeightedQuantile(std::move(values), std::move(row_weights), alpha);
  }
  plan.output_biases = {(location - scale.mean) / scale.scale};
}

}  // namespace

ResponsePlan PlanResponse(const DeepLearningParams& params, const std::string& column,
                          std::vector<std::string> domain) {
  ResponsePlan plan;
  plan.scale.domain = std::move(domain);
  if (plan.scale.classification()) {
    PlanClasses(params, column, plan);
  } else {
    PlanValues(params, column, plan);
  }
  plan.scale.metrics.auc_type = params.auc_type;
  plan.scale.metrics.gains_lift_bins = static_cast<int>(params.gainslift_bins);
  if (params.max_hit_ratio_k > 0) {
    plan.scale.metrics.hit_ratio_k = static_cast<size_t>(params.max_hit_ratio_k);
  }
  plan.scale.weights_column = params.weights_column;
  plan.scale.offset_column = params.offset_column;
  plan.scale.distribution.tweedie_power = params.tweedie_power;
  plan.scale.distribution.quantile_alpha = params.quantile_alpha;
  plan.loss_options.quantile_alpha = params.quantile_alpha;
  return plan;
}

ResponsePlan PlanReconstruction(const DeepLearningParams& params) {
  ResponsePlan plan;
  PlanValues(params, "the inputs of an autoencoder", plan);
  switch (plan.loss) {
    case LossKind::kQuadratic:
      plan.loss = LossKind::kQuadraticReconstruction;
      break;
    case LossKind::kAbsolute:
      plan.loss = LossKind::kAbsoluteReconstruction;
      break;
    case LossKind::kHuber:
      plan.loss = LossKind::kHuberReconstruction;
      break;
    default:
      Refuse(params.distribution != Kind::kAuto ? "distribution" : "loss",
             "an autoencoder learns by the loss Quadratic, Absolute or Huber, "
             "with distribution "
             "AUTO");
  }
  plan.scale.weights_column = params.weights_column;
  return plan;
}

void FitResponse(const DeepLearningParams& params, const ActualResponses& actual,
                 ResponsePlan& plan, Communicator* sharing) {
  if (plan.scale.autoencoder()) {
    plan.output_biases.assign(plan.scale.reconstructed, 0.0);
  } else if (plan.scale.classification()) {
    FitClasses(actual, sharing, plan);
  } else if (plan.scale.distribution.HasLogLink()) {
    FitLogLink(actual, params.response_column, sharing, plan);
  } else {
    FitIdentity(params, actual, sharing, plan);
  }
}

void CheckResponses(const Distribution& distribution, const ActualResponses& actual,
                    const std::string& column, const std::string& what, int64_t first) {
  if (!distribution.HasLogLink()) return;
  for (size_t r = 0; r < actual.values.size(); ++r) {
    const double y = actual.values[r];
    if (!(y < 0)) continue;
    throw UserError(
        fmt::format("{}, row {}: {} is {}; the {} distribution needs responses of at least 0", what,
                    static_cast<size_t>(first) + r + 1, column, y, NameOf(distribution.kind)));
  }
}

double WeightedQuantile(std::vector<double> values, std::vector<double> weights, double alpha) {
  if (values.empty()) return 0;
  std::vector<uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return values[a] != values[b] ? values[a] < values[b] : a < b;
  });
  if (weights.empty()) weights.assign(values.size(), 1);
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  double below = 0;
  for (uint32_t i : order) {
    below += weights[i];
    if (below >= alpha * total) return values[i];
  }
  return values[order.back()];
}

}  // namespace thalweg
