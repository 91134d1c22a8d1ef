// When and on how many rows to score, and when to stop.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/fields.h"

namespace thalweg {

struct ScoringParams {
  double score_interval = 5;
  int64_t score_training_samples = 10000;
  int64_t score_validation_samples = 0;
  double score_duty_cycle = 0.1;
  double classification_stop = 0;
  double regression_stop = 1e-6;
  bool overwrite_with_best_model = true;
};

template <>
inline constexpr auto kFields<ScoringParams> = std::tuple{
    Field<&ScoringParams::score_interval>({.name = "score_interval",
                                           .help = "Seconds between two scorings, at least.",
                                           .level = ParamLevel::kSecondary,
                                           .min = 0}),
    Field<&ScoringParams::score_training_samples>(
        {.name = "score_training_samples",
         .help = "Training rows to score on; 0 means all.",
         .level = ParamLevel::kSecondary,
         .min = 0}),
    Field<&ScoringParams::score_validation_samples>(
        {.name = "score_validation_samples",
         .help = "Validation rows to score on; 0 means all.",
         .level = ParamLevel::kSecondary,
         .min = 0}),
    Field<&ScoringParams::score_duty_cycle>(
        {.name = "score_duty_cycle",
         .help = "Largest share of the time to spend on scoring.",
         .level = ParamLevel::kSecondary,
         .min = 0,
         .max = 1}),
    Field<&ScoringParams::classification_stop>(
        {.name = "classification_stop",
         .help = "Stop when the classification error on training rows falls to this; -1 is off.",
         .level = ParamLevel::kExpert,
         .min = -1,
         .max = 1}),
    Field<&ScoringParams::regression_stop>(
        {.name = "regression_stop",
         .help = "Stop when the mean squared error on training rows falls to this; -1 is off.",
         .level = ParamLevel::kExpert,
         .min = -1}),
    Field<&ScoringParams::overwrite_with_best_model>(
        {.name = "overwrite_with_best_model",
         .help = "Keep the best model scored, on validation rows if there are any, not the last.",
         .level = ParamLevel::kExpert}),
};

}  // namespace thalweg
