// Predictions and metrics, as commands of the ranks.
#pragma once

#include "base/json_fwd.h"
#include "jobs/commands.h"

namespace thalweg {

// Arguments: model, frame, dest, what: "predict", "deep_features" (with layer, from 1),
// "reconstruction_error", "reconstruction_error_per_feature". Leaves a frame under `dest`. Returns
// {"warnings": [...]}.
Json PredictCommand(const Json& arguments, CommandContext& context);

// Arguments: model, frame, auc_type (empty: as in training). Returns the ModelMetrics*V3 object;
// without measures where the frame has no response.
Json ScoreCommand(const Json& arguments, CommandContext& context);

// Metrics of predictions made elsewhere. Arguments: predictions, actuals (names of frames), weights
// (name of a frame of one column, or empty), domain (array or null), distribution, auc_type.
// Returns the ModelMetrics*V3 object.
Json ScorePredictionsCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
