// Files to a frame under a name.
#pragma once

#include "jobs/commands.h"

namespace thalweg {

// {"files": [paths], "shown": [names of the files for messages], "frame": name, "options":
// ParseOptions, "expected": {column: type name}}: {"warnings": [texts]}
Json ParseCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
