// The outcome of a grid search for a terminal.
#pragma once

#include <string>

#include "learn/grid/grid_results.h"

namespace thalweg {

// The table of models, the best first, and that of failures; long ones are cut, and say so. Ends
// with a line break; empty where there is neither.
std::string GridText(const GridOutcome& outcome);

}  // namespace thalweg
