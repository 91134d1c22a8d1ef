// Models out of files, as a command of the ranks.
#pragma once

#include "base/json_fwd.h"
#include "jobs/commands.h"

namespace thalweg {

// Arguments: path (server/model_archive.h), shown (for messages). Returns {"model_id": …}.
Json LoadModelCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
