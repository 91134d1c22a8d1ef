// Commands that write frames to files and read them back.
#pragma once

#include <string>

#include "jobs/commands.h"

namespace thalweg {

// {"frame": name, "files": [paths], "format": "csv" or "parquet", "gzip": bool, "separator": text,
// "header": bool, "quote_header": bool}: the rows, cut into as many parts as there are files.
Json WriteFrameCommand(const Json& arguments, CommandContext& context);

// {"frame": name, "file": path}: a file as WriteFrameCommand wrote it as parquet.
Json ReadFrameCommand(const Json& arguments, CommandContext& context);

// Where a frame is saved in a folder.
std::string SavedFramePath(const std::string& folder, const std::string& frame);
// Reads such a file; the frame gets this name. A collective. UserError.
void LoadSavedFrame(const std::string& name, const std::string& path, CommandContext& context);

// {"frame": name, "as": name}: the frame with all rows, on rank 0 alone under the second name.
Json GatherFrameCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
