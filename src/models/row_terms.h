// Columns that stand beside the predictors: how much a row counts, and what is added to its score.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frame/frame.h"

namespace thalweg {

// Rows begin … end-1 of a column of weights: numbers >= 0, none missing. UserError that names
// column and row (counted from 1) where one is not.
std::vector<double> ReadWeights(const Frame& frame, const std::string& column, int64_t begin,
                                int64_t end);
// The same for offsets: any finite number.
std::vector<double> ReadOffsets(const Frame& frame, const std::string& column, int64_t begin,
                                int64_t end);

}  // namespace thalweg
