// Models in files, as commands of the ranks.
#pragma once

#include "base/json_fwd.h"
#include "jobs/commands.h"

namespace thalweg {

// Arguments: model, path, predictions (bool: of its folds, too). Returns null.
Json SaveModelCommand(const Json& arguments, CommandContext& context);

// Arguments: path (server/model_archive.h), shown (for messages). Returns {"model_id": …}.
Json LoadModelCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
