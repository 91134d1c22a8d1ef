// Exact quantiles of a numeric column.
#pragma once

#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

// What to do where a quantile falls between two cells: at probability p of n cells, sorted, it lies
// at position p (n - 1), counted from 0.
enum class QuantileMethod {
  kInterpolate,  // linearly (type 7 of Hyndman, Fan 1996)
  kAverage,
  kLow,
  kHigh,
};

// One quantile per probability, over the cells that are not missing; NaN where there are none.
// UserError where the column holds no numbers or a probability lies outside [0, 1]. The column is
// read three to six times; at most 1/64 of its cells (or 65,536) are copied.
//
// With `ranks` a collective: where the frame lies over ranks, each gives its chunks, and all get
// the same bits as one rank would. Only counts travel, and at most about 65,536 cells.
std::vector<double> ComputeQuantiles(const Frame& frame, size_t column,
                                     std::span<const double> probabilities, ThreadPool& pool,
                                     QuantileMethod method = QuantileMethod::kInterpolate,
                                     Communicator* ranks = nullptr);

}  // namespace thalweg
