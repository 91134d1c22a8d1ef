// Primitives that need all rows of their frames.
#pragma once

#include <functional>
#include <vector>

#include "rapids/evaluator.h"

namespace thalweg::internal {

// Calls `run` with the frames among the arguments made whole, and gives every rank its part of the
// frame that comes back. One rank holds all rows already.
Value WithWholeRows(std::vector<Value> arguments, Evaluator& evaluator,
                    const std::function<Value(std::vector<Value>)>& run);

}  // namespace thalweg::internal
