// How fast the ranks talk.
#pragma once

#include "jobs/commands.h"

namespace thalweg {

// An array of {"bytes", "seconds"}: the mean time in which every rank gets so many bytes from each.
Json NetworkTestCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
