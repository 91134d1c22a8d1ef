// Quantiles of a column whose rows count by weights.
#pragma once

#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"
#include "mapreduce/quantiles.h"

namespace thalweg {

// As ComputeQuantiles of a column in which every row stands as often as its weight says; weights
// need not be whole numbers. Rows whose cell or weight is missing, or whose weight is 0, do not
// count. UserError on negative weights. Sorts the rows.
//
// With `ranks` a collective: where the frame lies over ranks, each gives its chunks, and all get
// the same bits as one rank would: every rank sorts a range of the values, and the weights are
// added up from rank to rank.
std::vector<double> ComputeWeightedQuantiles(const Frame& frame, size_t column, size_t weights,
                                             std::span<const double> probabilities,
                                             ThreadPool& pool,
                                             QuantileMethod method = QuantileMethod::kInterpolate,
                                             Communicator* ranks = nullptr);

}  // namespace thalweg
