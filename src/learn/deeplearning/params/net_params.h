// The net: its layers, how its weights start, what it is trained to make small.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/fields.h"
#include "learn/deeplearning/net.h"
#include "models/distribution.h"
#include "models/network.h"

namespace thalweg {

template <>
inline constexpr auto kEnumNames<WeightDistribution> =
    std::array{"UniformAdaptive", "Uniform", "Normal"};

enum class LossChoice {
  kAutomatic,
  kCrossEntropy,
  kQuadratic,
  kAbsolute,
  kHuber,
  kQuantile,
  kModifiedHuber,
};
template <>
inline constexpr auto kEnumNames<LossChoice> = std::array{
    "Automatic", "CrossEntropy", "Quadratic", "Absolute", "Huber", "Quantile", "ModifiedHuber"};

struct NetParams {
  Activation activation = Activation::kRectifier;
  std::vector<int64_t> hidden = {200, 200};
  bool batch_norm = false;
  double hidden_noise = 0;
  double input_noise = 0;
  double input_dropout_ratio = 0;
  std::vector<double> hidden_dropout_ratios;
  WeightDistribution initial_weight_distribution = WeightDistribution::kUniformAdaptive;
  double initial_weight_scale = 1;
  std::vector<std::string> initial_weights;
  std::vector<std::string> initial_biases;
  DistributionKind distribution = DistributionKind::kAuto;
  LossChoice loss = LossChoice::kAutomatic;
  double tweedie_power = 1.5;
  double quantile_alpha = 0.5;
  double huber_alpha = 0.9;
  bool autoencoder = false;
  double average_activation = 0;
  double sparsity_beta = 0;
  std::string pretrained_autoencoder;
};

template <>
inline constexpr auto kFields<NetParams> = std::tuple{
    Field<&NetParams::activation>(
        {.name = "activation",
         .help = "Activation function of the hidden layers, with dropout or without.",
         .gridable = true}),
    Field<&NetParams::hidden>({.name = "hidden",
                               .help = "Sizes of the hidden layers.",
                               .gridable = true,
                               .min = 1,
                               .max = 1 << 20}),
    Field<&NetParams::batch_norm>(
        {.name = "batch_norm",
         .help = "Batch normalization of the hidden layers; mini-batches of 2 rows or more.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&NetParams::hidden_noise>(
        {.name = "hidden_noise",
         .help = "With batch_norm: standard deviation of the noise added to the normalized sums of "
                 "hidden units in training.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0}),
    Field<&NetParams::input_noise>(
        {.name = "input_noise",
         .help =
             "Standard deviation of the noise added to numeric inputs in training, in the units "
             "that the net is given: 1 is the column's own deviation with standardize.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0}),
    Field<&NetParams::input_dropout_ratio>(
        {.name = "input_dropout_ratio",
         .help = "Share of the inputs dropped at random in training.",
         .level = ParamLevel::kSecondary,
         .gridable = true,
         .min = 0,
         .max = 1,
         .max_exclusive = true}),
    Field<&NetParams::hidden_dropout_ratios>(
        {.name = "hidden_dropout_ratios",
         .help = "Share of each hidden layer dropped at random, with activations WithDropout; "
                 "0.5 where not given.",
         .level = ParamLevel::kSecondary,
         .gridable = true,
         .min = 0,
         .max = 1,
         .max_exclusive = true}),
    Field<&NetParams::initial_weight_distribution>({.name = "initial_weight_distribution",
                                                    .help = "How weights start.",
                                                    .level = ParamLevel::kExpert,
                                                    .gridable = true}),
    Field<&NetParams::initial_weight_scale>(
        {.name = "initial_weight_scale",
         .help = "Uniform: weights start within this of 0; Normal: their standard deviation.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0}),
    Field<&NetParams::initial_weights>(
        {.name = "initial_weights",
         .help = "Frames of weights to start from, one per layer (the hidden ones and the last), "
                 "as export-weights writes them; on the command line, files. A name left empty "
                 "leaves its layer as usual.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&NetParams::initial_biases>(
        {.name = "initial_biases",
         .help = "Frames of biases to start from, one per layer; on the command line, files.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&NetParams::distribution>(
        {.name = "distribution",
         .help = "Distribution of the response; AUTO follows the response's type and the loss.",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&NetParams::loss>(
        {.name = "loss",
         .help = "Loss function; Automatic means that of the distribution: CrossEntropy for "
                 "categories, Quadratic for numbers.",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&NetParams::tweedie_power>(
        {.name = "tweedie_power",
         .help = "Tweedie distribution: the variance goes with this power of the mean.",
         .level = ParamLevel::kSecondary,
         .gridable = true,
         .min = 1,
         .max = 2,
         .min_exclusive = true,
         .max_exclusive = true}),
    Field<&NetParams::quantile_alpha>({.name = "quantile_alpha",
                                       .help = "Quantile distribution: the quantile to predict.",
                                       .level = ParamLevel::kSecondary,
                                       .gridable = true,
                                       .min = 0,
                                       .max = 1,
                                       .min_exclusive = true,
                                       .max_exclusive = true}),
    Field<&NetParams::huber_alpha>(
        {.name = "huber_alpha",
         .help = "Huber loss: this share of the errors counts quadratically, larger ones linearly; "
                 "the border is found anew in each epoch.",
         .level = ParamLevel::kSecondary,
         .gridable = true,
         .min = 0,
         .max = 1,
         .min_exclusive = true}),
    Field<&NetParams::autoencoder>(
        {.name = "autoencoder",
         .help = "Learn to reproduce the inputs, without a response; numeric columns are then "
                 "brought to a range of width 1.",
         .level = ParamLevel::kSecondary}),
    Field<&NetParams::average_activation>(
        {.name = "average_activation",
         .help = "With sparsity_beta: the average that each hidden unit of an autoencoder should "
                 "have.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&NetParams::sparsity_beta>(
        {.name = "sparsity_beta",
         .help = "Penalty on hidden units of an autoencoder whose average is not "
                 "average_activation.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0}),
    Field<&NetParams::pretrained_autoencoder>(
        {.name = "pretrained_autoencoder",
         .help = "Model file of an autoencoder of the same predictors, hidden sizes and "
                 "activation: start from its hidden layers, and take its inputs' scales.",
         .level = ParamLevel::kSecondary}),
};

}  // namespace thalweg
