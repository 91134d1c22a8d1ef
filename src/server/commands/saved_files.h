// What is written into folders that users name.
#pragma once

#include <string>

#include "jobs/commands.h"
#include "server/archived_frames.h"
#include "server/trained_model.h"

namespace thalweg {

// Makes it, and those above it, where it is not there. UserError where that cannot be.
void MakeFolder(const std::string& folder);

// What the folds of a model predicted of the rows that they did not see, as far as it was kept; all
// rows, on every rank. A collective.
NamedFrames HeldOutPredictions(const TrainedModel& model, CommandContext& context);

}  // namespace thalweg
