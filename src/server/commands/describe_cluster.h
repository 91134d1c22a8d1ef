// What each rank holds, and where its time goes.
#pragma once

#include "jobs/commands.h"

namespace thalweg {

// {"frames": [{"name", "rows", "columns", "ranks": [{"rows", "bytes"}]}],
//  "commands": [{"number", "command", "running", "ranks": [{"computing", "communicating",
//                "waiting"}]}]}, with a record for each rank, in seconds; itself not among the
// commands.
Json DescribeClusterCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
