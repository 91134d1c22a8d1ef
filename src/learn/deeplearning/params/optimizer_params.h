// How weights move: rates, momentum, penalties, limits.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/fields.h"
#include "learn/deeplearning/optimizers/optimizer.h"

namespace thalweg {

template <>
inline constexpr auto kEnumNames<OptimizerKind> =
    std::array{"auto", "adadelta", "sgd", "adagrad", "rmsprop", "adam", "adamw"};

template <>
inline constexpr auto kEnumNames<ScheduleKind> =
    std::array{"inverse", "constant", "linear", "cosine", "step"};

struct OptimizerParams {
  OptimizerKind optimizer = OptimizerKind::kAuto;
  bool adaptive_rate = true;
  double rho = 0.99;
  double epsilon = 1e-8;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double rate = 0;
  ScheduleKind rate_schedule = ScheduleKind::kInverse;
  double warmup = 0;
  double rate_annealing = 1e-6;
  double rate_decay = 1;
  double momentum_start = 0;
  double momentum_ramp = 1e6;
  double momentum_stable = 0;
  bool nesterov_accelerated_gradient = true;
  double l1 = 0;
  double l2 = 0;
  double max_w2 = std::numeric_limits<float>::max();
  double gradient_clip = 0;
  double label_smoothing = 0;
  bool recover_from_instability = true;
};

template <>
inline constexpr auto kFields<OptimizerParams> = std::tuple{
    Field<&OptimizerParams::optimizer>(
        {.name = "optimizer",
         .help = "How weights move along the gradient; auto means adadelta where adaptive_rate is "
                 "on, else sgd.",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&OptimizerParams::adaptive_rate>(
        {.name = "adaptive_rate",
         .help = "ADADELTA, which finds a rate for each weight; else sgd, with rate and momentum. "
                 "Only where optimizer is auto.",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&OptimizerParams::rho>(
        {.name = "rho",
         .help = "ADADELTA, RMSProp: how much of the running means is kept at each update.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .max = 1,
         .max_exclusive = true}),
    Field<&OptimizerParams::epsilon>(
        {.name = "epsilon",
         .help = "ADADELTA: keeps steps going at the start and on plateaus. Adagrad, RMSProp, "
                 "Adam: added to the root that steps are divided by.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .min_exclusive = true}),
    Field<&OptimizerParams::beta1>(
        {.name = "beta1",
         .help = "Adam: how much of the running mean of gradients is kept at each update.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .max = 1,
         .max_exclusive = true}),
    Field<&OptimizerParams::beta2>(
        {.name = "beta2",
         .help = "Adam: how much of the running mean of squared gradients is kept at each update.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .max = 1,
         .max_exclusive = true}),
    Field<&OptimizerParams::rate>(
        {.name = "rate",
         .help = "Learning rate of all optimizers but ADADELTA; 0 means 0.005 for sgd, 0.01 for "
                 "adagrad, 0.001 for rmsprop, adam, adamw.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0}),
    Field<&OptimizerParams::rate_schedule>(
        {.name = "rate_schedule",
         .help = "How the rate (with ADADELTA, the step) changes in training: inverse (see "
                 "rate_annealing; not with ADADELTA), constant, linear or cosine (falls to 0 at "
                 "the last epoch), step (a tenth from half of the epochs on, a hundredth from "
                 "three quarters on).",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&OptimizerParams::warmup>(
        {.name = "warmup",
         .help = "The rate (with ADADELTA, the step) rises linearly from 0 over this share of all "
                 "epochs.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .max = 1,
         .max_exclusive = true}),
    Field<&OptimizerParams::rate_annealing>(
        {.name = "rate_annealing",
         .help = "Where rate_schedule is inverse, the rate after n samples is "
                 "rate / (1 + rate_annealing * n).",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0}),
    Field<&OptimizerParams::rate_decay>(
        {.name = "rate_decay",
         .help = "Layer l, counted from 1, uses rate * rate_decay^(l-1).",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0}),
    Field<&OptimizerParams::momentum_start>({.name = "momentum_start",
                                             .help = "Momentum at the beginning.",
                                             .level = ParamLevel::kExpert,
                                             .gridable = true,
                                             .min = 0,
                                             .max = 1,
                                             .max_exclusive = true}),
    Field<&OptimizerParams::momentum_ramp>(
        {.name = "momentum_ramp",
         .help = "Samples over which momentum goes from momentum_start to momentum_stable.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .min_exclusive = true}),
    Field<&OptimizerParams::momentum_stable>({.name = "momentum_stable",
                                              .help = "Momentum after the ramp.",
                                              .level = ParamLevel::kExpert,
                                              .gridable = true,
                                              .min = 0,
                                              .max = 1,
                                              .max_exclusive = true}),
    Field<&OptimizerParams::nesterov_accelerated_gradient>({.name = "nesterov_accelerated_gradient",
                                                            .help = "Momentum in Nesterov's form.",
                                                            .level = ParamLevel::kExpert,
                                                            .gridable = true}),
    Field<&OptimizerParams::l1>({.name = "l1",
                                 .help = "Penalty on the magnitudes of weights.",
                                 .level = ParamLevel::kSecondary,
                                 .gridable = true,
                                 .min = 0}),
    Field<&OptimizerParams::l2>(
        {.name = "l2",
         .help = "Penalty on the squares of weights; with adamw, weights shrink by the "
                 "share rate * l2 at every update.",
         .level = ParamLevel::kSecondary,
         .gridable = true,
         .min = 0}),
    Field<&OptimizerParams::max_w2>(
        {.name = "max_w2",
         .help = "Limit of the sum of the squared weights into one unit.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .min_exclusive = true}),
    Field<&OptimizerParams::gradient_clip>(
        {.name = "gradient_clip",
         .help = "Gradients of a batch are scaled down to this norm (over all weights and biases, "
                 "without l1 and l2) where theirs is larger; 0 means no limit.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0}),
    Field<&OptimizerParams::label_smoothing>(
        {.name = "label_smoothing",
         .help = "CrossEntropy: this share of the target is spread evenly over all classes.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .max = 1,
         .max_exclusive = true}),
    Field<&OptimizerParams::recover_from_instability>(
        {.name = "recover_from_instability",
         .help = "Where weights grow beyond all bounds, go back to the last good state and on with "
                 "half the rate, at most 5 times; else training fails.",
         .level = ParamLevel::kExpert}),
};

}  // namespace thalweg
