// Summary statistics where rows count by weights.
#pragma once

#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "mapreduce/rollups.h"

namespace thalweg {

// One per column. A row of weight 0 counts as if it were not there, one of weight 2 as if it were
// there twice in `mean` and `sd`; rows, missing and zeros count rows of any other weight once. Sums
// go over the rows in their order, whatever the chunks: leaving out rows of weight 0 changes no
// bit.
std::vector<Rollups> ComputeWeightedRollups(const Frame& frame, std::span<const double> weights,
                                            ThreadPool& pool);

// The same of the rows of all ranks, `part` and `weights` having this rank's (frame_parts.h): on
// every rank; means and spreads of the ranks' rows are joined (Chan, Golub, LeVeque 1983). A
// collective.
std::vector<Rollups> ComputeWeightedRollups(const Frame& part, std::span<const double> weights,
                                            Communicator& ranks, ThreadPool& pool);

}  // namespace thalweg
