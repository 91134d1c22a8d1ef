// What different cells a column holds.
#pragma once

#include <string>
#include <vector>

#include "rapids/evaluator.h"

namespace thalweg::internal {

// Ascending, without missing cells. For numeric columns.
std::vector<double> DistinctNumbers(const Layout& layout, const Column& column,
                                    Evaluator& evaluator);
// The same for strings, in the order of their bytes.
std::vector<std::string> DistinctTexts(const Layout& layout, const Column& column,
                                       Evaluator& evaluator);

}  // namespace thalweg::internal
