// Rows of frames between ranks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

// The number of a rank, for every row one.
using RankNumber = uint16_t;

// A collective. `part`: a frame of this rank's rows alone (frame_parts.h); row i goes to rank
// to[i]. Names, types and levels are the same on all ranks, numbers of rows need not be. What comes
// here, in this order: the rows of rank 0, those of rank 1, and so on, the rows of one rank in the
// order that they had there. So rows whose order goes by ranks first keep it.
//
// Memory beside `part` and the result, both compressed: rows travel compressed, in rounds of about
// 64 MB of cells per rank. Chunks whose rows all go to one rank are passed on as they are.
// Cancellation (base/cancel_scope.h) is heard in every round.
Frame ExchangeRows(const Frame& part, std::span<const RankNumber> to, Communicator& ranks,
                   ThreadPool& pool);

// The way back. A collective. `values`: one per row that ExchangeRows(…, to, …) brought here, in
// their order. Returns one per row of the part that was given to it, in its order.
std::vector<int64_t> ReturnToSenders(std::span<const int64_t> values,
                                     std::span<const RankNumber> to, Communicator& ranks);

namespace internal {

// A chunk of a column of this type, without rows.
ChunkPtr ChunkOfNoRows(ColumnType type);

}  // namespace internal
}  // namespace thalweg
