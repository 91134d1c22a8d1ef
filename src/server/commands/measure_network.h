// How fast the ranks talk.
#pragma once

#include "jobs/commands.h"

namespace thalweg {

// An array of {"bytes", "all_gather_seconds", "all_reduce_seconds"}: the mean time in which every
// rank gets so many bytes from each, and in which so many bytes of floats are added up over the
// ranks.
Json NetworkTestCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
