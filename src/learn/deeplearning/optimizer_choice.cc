#include "learn/deeplearning/optimizer_choice.h"

#include <fmt/format.h>

#include <algorithm>

namespace thalweg {
namespace {

using enum OptimizerKind;

const char* NameOf(OptimizerKind kind) {
  return kEnumNames<OptimizerKind>[static_cast<size_t>(kind)];
}

double DefaultRate(OptimizerKind kind) {
  switch (kind) {
    case kSgd:
      return 0.005;  // H2O's
    case kAdagrad:
      return 0.01;
    default:
      return 0.001;  // of the Adam paper
  }
}

}  // namespace

OptimizerKind ChosenOptimizer(const OptimizerParams& params) {
  if (params.optimizer != kAuto) return params.optimizer;
  return params.adaptive_rate ? kAdadelta : kSgd;
}

void ResolveOptimizer(OptimizerParams& params) {
  params.optimizer = ChosenOptimizer(params);
  params.adaptive_rate = params.optimizer == kAdadelta;
  if (params.rate == 0 && !params.adaptive_rate) params.rate = DefaultRate(params.optimizer);
}

std::vector<FieldError> ParamsOfOtherOptimizers(const OptimizerParams& params) {
  struct Owned {
    const char* name;
    std::vector<OptimizerKind> owners;
  };
  const std::vector<OptimizerKind> rated = {kSgd, kAdagrad, kRmsprop, kAdam, kAdamw};
  const std::vector<OptimizerKind> dividing = {kAdadelta, kAdagrad, kRmsprop, kAdam, kAdamw};
  const Owned table[] = {
      {"rate", rated},
      {"rate_annealing", rated},
      {"rate_decay", rated},
      {"momentum_start", {kSgd}},
      {"momentum_ramp", {kSgd}},
      {"momentum_stable", {kSgd}},
      {"nesterov_accelerated_gradient", {kSgd}},
      {"rho", {kAdadelta, kRmsprop}},
      {"epsilon", dividing},
      {"beta1", {kAdam, kAdamw}},
      {"beta2", {kAdam, kAdamw}},
  };
  const OptimizerKind kind = ChosenOptimizer(params);
  const OptimizerParams defaults;
  const ParamSchema& schema = SchemaOf<OptimizerParams>();
  std::vector<FieldError> others;
  for (const Owned& owned : table) {
    if (std::find(owned.owners.begin(), owned.owners.end(), kind) != owned.owners.end()) continue;
    const ParamSpec* spec = schema.Find(owned.name);
    if (spec->Format(&params) == spec->Format(&defaults)) continue;
    others.push_back({owned.name, fmt::format("has no effect: the optimizer is {}", NameOf(kind))});
  }
  return others;
}

void CheckOptimizer(const OptimizerParams& params, std::vector<FieldError>& errors) {
  if (params.rate_schedule != ScheduleKind::kInverse &&
      params.rate_annealing != OptimizerParams().rate_annealing) {
    errors.push_back({"rate_annealing", "is of rate_schedule inverse alone"});
  }
  if (params.optimizer == kAuto) return;
  if (params.optimizer == kAdadelta && !params.adaptive_rate) {
    errors.push_back({"adaptive_rate", "is off, but the optimizer is adadelta; set one of both"});
  }
  for (FieldError& error : ParamsOfOtherOptimizers(params)) {
    error.message += "; leave it out, or choose another optimizer";
    errors.push_back(std::move(error));
  }
}

OptimizerOptions OptimizerOptionsOf(const OptimizerParams& p, double total_samples) {
  OptimizerOptions o;
  o.kind = p.optimizer;
  o.rho = p.rho;
  o.epsilon = p.epsilon;
  o.beta1 = p.beta1;
  o.beta2 = p.beta2;
  o.rate = p.rate;
  o.schedule = {.kind = p.rate_schedule,
                .annealing = p.rate_annealing,
                .warmup = p.warmup,
                .total_samples = total_samples};
  o.rate_decay = p.rate_decay;
  o.momentum_start = p.momentum_start;
  o.momentum_ramp = p.momentum_ramp;
  o.momentum_stable = p.momentum_stable;
  o.nesterov = p.nesterov_accelerated_gradient;
  o.l1 = p.l1;
  o.l2 = p.l2;
  return o;
}

}  // namespace thalweg
