// Chunks that ranks have made, wherever they lie, to the ranks that are to have them.
#pragma once

#include <span>

#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

// A collective. `scattered`: a layout of one owner, the same on all ranks; chunk i of every column
// lies on rank holders[i] and is null on the others. Returns the frame over ranks with these
// chunks, shared out as SharedOut does; only chunks that lie elsewhere travel, in rounds of about
// 64 MB of cells per rank.
Frame ShareOutChunks(const Frame& scattered, std::span<const int> holders, Communicator& ranks);

}  // namespace thalweg
