// Frames inside commands: whole ones, for work that needs all rows at once.
#pragma once

#include <memory>
#include <string>

#include "jobs/commands.h"

namespace thalweg {

// The frame of this name with all its rows, on every rank; a collective. NotFound and UserError as
// Catalog::GetFrame.
std::shared_ptr<const Frame> GetWholeFrame(const std::string& name, CommandContext& context);
// `frame` has all rows and is the same on all ranks: each rank keeps its share under this name. A
// frame that is in parts already is put as it is.
void PutWholeFrame(const std::string& name, const Frame& frame, CommandContext& context);

}  // namespace thalweg
