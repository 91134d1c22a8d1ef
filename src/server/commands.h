// The commands that the ranks of a server know (jobs/commands.h).
#pragma once

#include <vector>

#include "jobs/commands.h"

namespace thalweg {

std::vector<Command> ServerCommands();

}  // namespace thalweg
