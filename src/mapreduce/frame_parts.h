// Frames over ranks as one part per rank, and back. A part is a frame of this rank's rows alone:
// its layout has one owner and at least one chunk. Parts of one frame have the same names, types
// and levels.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

// This rank's part of a frame over ranks; shares its chunks. What all ranks hold whole comes back
// as it is. No communication.
Frame OwnPart(const Frame& frame, const Communicator& ranks);

// The rows of part 0, then those of part 1, and so on, as one frame over ranks. Rows and chunks
// stay where they are. A collective.
Frame PlaceParts(const Frame& part, Communicator& ranks);

// The same rows in the same order, cut into chunks as results of so many rows are on one rank
// (ResultLayout), each rank having about as many rows as the others. A collective; rows travel as
// in ExchangeRows.
Frame RebalanceParts(const Frame& part, Communicator& ranks, ThreadPool& pool);

// One number of each rank, in their order. A collective.
std::vector<int64_t> NumbersOfRanks(int64_t mine, Communicator& ranks);

}  // namespace thalweg
