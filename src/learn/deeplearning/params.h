// The parameters of deep learning, declared once. Names and defaults are H2O's, but for
// mini_batch_size (0 here, 1 there) and shuffle_training_data (true here).
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/fields.h"
#include "learn/deeplearning/net.h"
#include "models/network.h"

namespace thalweg {

template <>
inline constexpr auto kEnumNames<WeightDistribution> =
    std::array{"UniformAdaptive", "Uniform", "Normal"};

enum class LossChoice { kAutomatic, kCrossEntropy, kQuadratic };
template <>
inline constexpr auto kEnumNames<LossChoice> = std::array{"Automatic", "CrossEntropy", "Quadratic"};

enum class MissingValuesHandling { kMeanImputation, kSkip };
template <>
inline constexpr auto kEnumNames<MissingValuesHandling> = std::array{"MeanImputation", "Skip"};

struct DeepLearningParams {
  std::string response_column;
  std::vector<std::string> ignored_columns;
  Activation activation = Activation::kRectifier;
  std::vector<int64_t> hidden = {200, 200};
  double epochs = 10;
  int64_t mini_batch_size = 0;
  int64_t train_samples_per_iteration = -2;
  int64_t seed = -1;
  bool reproducible = false;
  bool adaptive_rate = true;
  double rho = 0.99;
  double epsilon = 1e-8;
  double rate = 0.005;
  double rate_annealing = 1e-6;
  double rate_decay = 1;
  double momentum_start = 0;
  double momentum_ramp = 1e6;
  double momentum_stable = 0;
  bool nesterov_accelerated_gradient = true;
  double input_dropout_ratio = 0;
  std::vector<double> hidden_dropout_ratios;
  double l1 = 0;
  double l2 = 0;
  double max_w2 = std::numeric_limits<float>::max();
  WeightDistribution initial_weight_distribution = WeightDistribution::kUniformAdaptive;
  double initial_weight_scale = 1;
  LossChoice loss = LossChoice::kAutomatic;
  bool standardize = true;
  bool use_all_factor_levels = true;
  MissingValuesHandling missing_values_handling = MissingValuesHandling::kMeanImputation;
  bool ignore_const_cols = true;
  bool shuffle_training_data = true;
  double score_interval = 5;
  int64_t score_training_samples = 10000;
  int64_t score_validation_samples = 0;
  double score_duty_cycle = 0.1;
  double classification_stop = 0;
  double regression_stop = 1e-6;
  double max_runtime_secs = 0;
  bool overwrite_with_best_model = true;
};

template <>
inline constexpr auto kFields<DeepLearningParams> = std::tuple{
    Field<&DeepLearningParams::response_column>(
        {.name = "response_column", .help = "Column to predict; enum means classification."}),
    Field<&DeepLearningParams::ignored_columns>(
        {.name = "ignored_columns", .help = "Columns that are not used."}),
    Field<&DeepLearningParams::activation>(
        {.name = "activation",
         .help = "Activation function of the hidden layers, with dropout or without.",
         .gridable = true}),
    Field<&DeepLearningParams::hidden>({.name = "hidden",
                                        .help = "Sizes of the hidden layers.",
                                        .gridable = true,
                                        .min = 1,
                                        .max = 1 << 20}),
    Field<&DeepLearningParams::epochs>(
        {.name = "epochs",
         .help = "How many times to go through the training rows; may be fractional.",
         .gridable = true,
         .min = 0,
         .min_exclusive = true}),
    Field<&DeepLearningParams::mini_batch_size>(
        {.name = "mini_batch_size",
         .help = "Rows per update of the weights; 1 means updates by single rows (on all threads "
                 "without locks, unless reproducible), 0 lets the engine choose.",
         .level = ParamLevel::kExpert,
         .min = 0,
         .max = 1 << 20}),
    Field<&DeepLearningParams::train_samples_per_iteration>(
        {.name = "train_samples_per_iteration",
         .help = "Samples between two chances to score; 0 or -1 means one epoch, -2 is chosen by "
                 "the speed measured (one epoch if reproducible).",
         .level = ParamLevel::kSecondary,
         .min = -2}),
    Field<&DeepLearningParams::seed>(
        {.name = "seed",
         .help = "Seed of all random numbers; -1 draws one, and reports it.",
         .gridable = true,
         .min = -1}),
    Field<&DeepLearningParams::reproducible>(
        {.name = "reproducible",
         .help = "The same model to the bit for every run with the same seed, whatever the number "
                 "of threads.",
         .level = ParamLevel::kExpert}),
    Field<&DeepLearningParams::adaptive_rate>(
        {.name = "adaptive_rate",
         .help = "ADADELTA, which finds a rate for each weight; else rate and momentum are used.",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&DeepLearningParams::rho>(
        {.name = "rho",
         .help = "ADADELTA: how much of the running means is kept at each update.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .max = 1,
         .max_exclusive = true}),
    Field<&DeepLearningParams::epsilon>(
        {.name = "epsilon",
         .help = "ADADELTA: keeps steps going at the start and on plateaus.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .min_exclusive = true}),
    Field<&DeepLearningParams::rate>({.name = "rate",
                                      .help = "Learning rate, where adaptive_rate is off.",
                                      .level = ParamLevel::kExpert,
                                      .gridable = true,
                                      .min = 0,
                                      .min_exclusive = true}),
    Field<&DeepLearningParams::rate_annealing>(
        {.name = "rate_annealing",
         .help = "The rate after n samples is rate / (1 + rate_annealing * n).",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0}),
    Field<&DeepLearningParams::rate_decay>(
        {.name = "rate_decay",
         .help = "Layer l, counted from 1, uses rate * rate_decay^(l-1).",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0}),
    Field<&DeepLearningParams::momentum_start>({.name = "momentum_start",
                                                .help = "Momentum at the beginning.",
                                                .level = ParamLevel::kExpert,
                                                .gridable = true,
                                                .min = 0,
                                                .max = 1,
                                                .max_exclusive = true}),
    Field<&DeepLearningParams::momentum_ramp>(
        {.name = "momentum_ramp",
         .help = "Samples over which momentum goes from momentum_start to momentum_stable.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .min_exclusive = true}),
    Field<&DeepLearningParams::momentum_stable>({.name = "momentum_stable",
                                                 .help = "Momentum after the ramp.",
                                                 .level = ParamLevel::kExpert,
                                                 .gridable = true,
                                                 .min = 0,
                                                 .max = 1,
                                                 .max_exclusive = true}),
    Field<&DeepLearningParams::nesterov_accelerated_gradient>(
        {.name = "nesterov_accelerated_gradient",
         .help = "Momentum in Nesterov's form.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&DeepLearningParams::input_dropout_ratio>(
        {.name = "input_dropout_ratio",
         .help = "Share of the inputs dropped at random in training.",
         .level = ParamLevel::kSecondary,
         .gridable = true,
         .min = 0,
         .max = 1,
         .max_exclusive = true}),
    Field<&DeepLearningParams::hidden_dropout_ratios>(
        {.name = "hidden_dropout_ratios",
         .help = "Share of each hidden layer dropped at random, with activations WithDropout; "
                 "0.5 where not given.",
         .level = ParamLevel::kSecondary,
         .gridable = true,
         .min = 0,
         .max = 1,
         .max_exclusive = true}),
    Field<&DeepLearningParams::l1>({.name = "l1",
                                    .help = "Penalty on the magnitudes of weights.",
                                    .level = ParamLevel::kSecondary,
                                    .gridable = true,
                                    .min = 0}),
    Field<&DeepLearningParams::l2>({.name = "l2",
                                    .help = "Penalty on the squares of weights.",
                                    .level = ParamLevel::kSecondary,
                                    .gridable = true,
                                    .min = 0}),
    Field<&DeepLearningParams::max_w2>(
        {.name = "max_w2",
         .help = "Limit of the sum of the squared weights into one unit.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .min_exclusive = true}),
    Field<&DeepLearningParams::initial_weight_distribution>({.name = "initial_weight_distribution",
                                                             .help = "How weights start.",
                                                             .level = ParamLevel::kExpert,
                                                             .gridable = true}),
    Field<&DeepLearningParams::initial_weight_scale>(
        {.name = "initial_weight_scale",
         .help = "Uniform: weights start within this of 0; Normal: their standard deviation.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0}),
    Field<&DeepLearningParams::loss>(
        {.name = "loss",
         .help = "Loss function; Automatic means CrossEntropy for classification and Quadratic "
                 "for regression.",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&DeepLearningParams::standardize>(
        {.name = "standardize",
         .help =
             "Bring numeric predictors to mean 0 and standard deviation 1; with mini_batch_size "
             "1, those that are mostly zero keep their zeros.",
         .level = ParamLevel::kSecondary}),
    Field<&DeepLearningParams::use_all_factor_levels>(
        {.name = "use_all_factor_levels",
         .help = "Give the first level of a categorical predictor an input of its own, too.",
         .level = ParamLevel::kSecondary}),
    Field<&DeepLearningParams::missing_values_handling>(
        {.name = "missing_values_handling",
         .help = "Missing predictors become the mean (a level of their own in categorical "
                 "columns), or their training rows are skipped.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&DeepLearningParams::ignore_const_cols>(
        {.name = "ignore_const_cols",
         .help = "Leave out columns with one single value.",
         .level = ParamLevel::kSecondary}),
    Field<&DeepLearningParams::shuffle_training_data>(
        {.name = "shuffle_training_data",
         .help =
             "Draw a new order of the training rows for every epoch; else one is drawn for all.",
         .level = ParamLevel::kExpert}),
    Field<&DeepLearningParams::score_interval>({.name = "score_interval",
                                                .help = "Seconds between two scorings, at least.",
                                                .level = ParamLevel::kSecondary,
                                                .min = 0}),
    Field<&DeepLearningParams::score_training_samples>(
        {.name = "score_training_samples",
         .help = "Training rows to score on; 0 means all.",
         .level = ParamLevel::kSecondary,
         .min = 0}),
    Field<&DeepLearningParams::score_validation_samples>(
        {.name = "score_validation_samples",
         .help = "Validation rows to score on; 0 means all.",
         .level = ParamLevel::kSecondary,
         .min = 0}),
    Field<&DeepLearningParams::score_duty_cycle>(
        {.name = "score_duty_cycle",
         .help = "Largest share of the time to spend on scoring.",
         .level = ParamLevel::kSecondary,
         .min = 0,
         .max = 1}),
    Field<&DeepLearningParams::classification_stop>(
        {.name = "classification_stop",
         .help = "Stop when the classification error on training rows falls to this; -1 is off.",
         .level = ParamLevel::kExpert,
         .min = -1,
         .max = 1}),
    Field<&DeepLearningParams::regression_stop>(
        {.name = "regression_stop",
         .help = "Stop when the mean squared error on training rows falls to this; -1 is off.",
         .level = ParamLevel::kExpert,
         .min = -1}),
    Field<&DeepLearningParams::max_runtime_secs>(
        {.name = "max_runtime_secs",
         .help = "Stop after so many seconds; 0 means no limit.",
         .level = ParamLevel::kSecondary,
         .min = 0}),
    Field<&DeepLearningParams::overwrite_with_best_model>(
        {.name = "overwrite_with_best_model",
         .help = "Keep the best model scored, on validation rows if there are any, not the last.",
         .level = ParamLevel::kExpert}),
};

}  // namespace thalweg
