// Which optimizer the parameters mean, and which of them are for another one.
#pragma once

#include <vector>

#include "base/error.h"
#include "learn/deeplearning/params/optimizer_params.h"

namespace thalweg {

// What `auto` stands for.
OptimizerKind ChosenOptimizer(const OptimizerParams& params);

// Fills in what stands for "choose": optimizer, rate; adaptive_rate then says whether it is
// ADADELTA.
void ResolveOptimizer(OptimizerParams& params);

// Parameters that were set but are not of the optimizer, with the reason.
std::vector<FieldError> ParamsOfOtherOptimizers(const OptimizerParams& params);

// What cannot be: where the optimizer or the schedule was named, parameters of other ones.
void CheckOptimizer(const OptimizerParams& params, std::vector<FieldError>& errors);

// `total_samples` of the whole training, for rate schedules.
OptimizerOptions OptimizerOptionsOf(const OptimizerParams& params, double total_samples);

}  // namespace thalweg
