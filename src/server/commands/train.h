// Training, as a command of the ranks.
#pragma once

#include "base/json_fwd.h"
#include "jobs/commands.h"

namespace thalweg {

// Arguments: algo, model_id, training_frame, validation_frame (may be empty), fields (an object of
// parameter to text, as they were sent), resolve_auto (optional). Leaves the model under its name,
// and beside it, named after it, what was asked to be kept. Returns {"warnings": [...]}.
Json TrainCommand(const Json& arguments, CommandContext& context);

// What a look at the training frame's cells tells before a training. Arguments: as above. Returns
// {"constant": [columns], "binary_response": bool}.
Json InspectTrainingCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
