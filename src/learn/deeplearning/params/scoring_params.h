// When and on how many rows to score, and when to stop.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/fields.h"
#include "learn/stopping_metric.h"

namespace thalweg {

enum class ValidationSampling { kUniform, kStratified };
template <>
inline constexpr auto kEnumNames<ValidationSampling> = std::array{"Uniform", "Stratified"};

struct ScoringParams {
  double score_interval = 5;
  int64_t score_training_samples = 10000;
  int64_t score_validation_samples = 0;
  double score_duty_cycle = 0.1;
  bool score_each_iteration = false;
  ValidationSampling score_validation_sampling = ValidationSampling::kUniform;
  double classification_stop = 0;
  double regression_stop = 1e-6;
  int64_t stopping_rounds = 5;
  StoppingMetric stopping_metric = StoppingMetric::kAuto;
  double stopping_tolerance = 0;
  bool overwrite_with_best_model = true;
  bool quiet_mode = false;
  bool diagnostics = true;
};

template <>
inline constexpr auto kFields<ScoringParams> = std::tuple{
    Field<&ScoringParams::score_interval>({.name = "score_interval",
                                           .help = "Seconds between two scorings, at least.",
                                           .level = ParamLevel::kSecondary,
                                           .gridable = true,
                                           .min = 0}),
    Field<&ScoringParams::score_training_samples>(
        {.name = "score_training_samples",
         .help = "Training rows to score on; 0 means all.",
         .level = ParamLevel::kSecondary,
         .gridable = true,
         .min = 0}),
    Field<&ScoringParams::score_validation_samples>(
        {.name = "score_validation_samples",
         .help = "Validation rows to score on; 0 means all.",
         .level = ParamLevel::kSecondary,
         .gridable = true,
         .min = 0}),
    Field<&ScoringParams::score_duty_cycle>(
        {.name = "score_duty_cycle",
         .help = "Largest share of the time to spend on scoring.",
         .level = ParamLevel::kSecondary,
         .gridable = true,
         .min = 0,
         .max = 1}),
    Field<&ScoringParams::score_each_iteration>(
        {.name = "score_each_iteration",
         .help = "Score after every iteration, whatever the clock says.",
         .level = ParamLevel::kSecondary}),
    Field<&ScoringParams::score_validation_sampling>(
        {.name = "score_validation_sampling",
         .help = "How score_validation_samples rows are drawn; Stratified keeps the classes' "
                 "shares, with at least one row of each.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&ScoringParams::classification_stop>(
        {.name = "classification_stop",
         .help = "Stop when the classification error on training rows falls to this; -1 is off.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = -1,
         .max = 1}),
    Field<&ScoringParams::regression_stop>(
        {.name = "regression_stop",
         .help = "Stop when the mean squared error on training rows falls to this; -1 is off.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = -1}),
    Field<&ScoringParams::stopping_rounds>(
        {.name = "stopping_rounds",
         .help = "Stop when stopping_metric, averaged over so many scorings, has not become better "
                 "over as many; 0 is off.",
         .level = ParamLevel::kSecondary,
         .gridable = true,
         .min = 0,
         .max = 1 << 20}),
    Field<&ScoringParams::stopping_metric>(
        {.name = "stopping_metric",
         .help = "What to stop by and to choose the best model by, on validation rows if there are "
                 "any. AUTO stops by logloss or deviance, and chooses by the error first.",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&ScoringParams::stopping_tolerance>(
        {.name = "stopping_tolerance",
         .help = "Being better by less than this share counts as not better.",
         .level = ParamLevel::kSecondary,
         .gridable = true,
         .min = 0}),
    Field<&ScoringParams::overwrite_with_best_model>(
        {.name = "overwrite_with_best_model",
         .help = "Keep the best model scored, on validation rows if there are any, not the last.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&ScoringParams::quiet_mode>(
        {.name = "quiet_mode",
         .help = "Progress tells how far training is, and nothing of speed and errors.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&ScoringParams::diagnostics>(
        {.name = "diagnostics",
         .help = "Mean and root mean square of each layer's weights, biases and rates in the "
                 "scoring history.",
         .level = ParamLevel::kExpert}),
};

}  // namespace thalweg
