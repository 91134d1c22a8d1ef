// Commands that save frames, models and grids to the data directory and bring them back.
#pragma once

#include "jobs/commands.h"

namespace thalweg {

// {"frame": name, "command": number, "nth": number, "path": path}: writes the frame to a new file
// (server/store/frame_file.h) if all ranks hold the one that this command put; {"saved": bool}.
Json SaveFrameCommand(const Json& arguments, CommandContext& context);

// {"name": name, "kind": "frame", "model" or "grid", "path": path, "shown": path}: puts what the
// file holds under this name. UserError where it is damaged; MemoryError where it does not fit.
Json RestoreEntryCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
