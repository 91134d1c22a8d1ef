// Brings the frames of a call to where its primitive needs them: cut alike, or whole.
#pragma once

#include <functional>
#include <vector>

#include "rapids/evaluator.h"

namespace thalweg::internal {

// Whether the frames among the arguments are cut alike and their chunks lie on the same ranks, so
// that each rank can work on its own.
bool FitTogether(const std::vector<Value>& arguments);

// Cuts and shares out the frames like the first one that has more than one row, so that they fit
// together; those of a single row become whole. False, and nothing happens, where a frame has
// another number of rows, or none lies over ranks. A collective.
bool MakeFit(std::vector<Value>& arguments, Evaluator& evaluator);
// Frames of at most one row become whole. A collective.
void MakeSingleRowsWhole(std::vector<Value>& arguments, Evaluator& evaluator);

// Calls `run` with the frames among the arguments made whole. What comes back is whole, too, until
// it is given a name. One rank holds all rows already.
Value WithWholeRows(std::vector<Value> arguments, Evaluator& evaluator,
                    const std::function<Value(std::vector<Value>)>& run);

}  // namespace thalweg::internal
