// Grid searches, as commands of the ranks.
#pragma once

#include "base/json_fwd.h"
#include "jobs/commands.h"
#include "learn/grid/search_criteria.h"

namespace thalweg {

// Arguments: those of "train" (commands/train.h) without model_id, and grid_id, hyper_parameters
// (an object of name to list of values), search_criteria (an object), parallelism, folder (in which
// the grid and its models are to be saved as they come; or empty), recovery_folder (in which all
// is to be kept that the search needs to go on, until it has ended; or empty), job (the key under
// which it is to go on). Where there is a grid of this name, models are added to it: combinations
// that it has with the same other parameters are left out. Returns null.
Json GridCommand(const Json& arguments, CommandContext& context);

// Of an object of names to values. FieldErrors.
SearchCriteria ReadCriteria(const Json& json);

}  // namespace thalweg
