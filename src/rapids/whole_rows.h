// Primitives that need all rows of their frames.
#pragma once

#include <functional>
#include <vector>

#include "rapids/evaluator.h"

namespace thalweg::internal {

// Whether the frames among the arguments are cut alike and their chunks lie on the same ranks, so
// that each rank can work on its own.
bool FitTogether(const std::vector<Value>& arguments);

// Calls `run` with the frames among the arguments made whole. What comes back is whole, too, until
// it is given a name. One rank holds all rows already.
Value WithWholeRows(std::vector<Value> arguments, Evaluator& evaluator,
                    const std::function<Value(std::vector<Value>)>& run);

}  // namespace thalweg::internal
