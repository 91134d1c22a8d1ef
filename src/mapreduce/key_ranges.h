// The ranks by ranges of keys: where rows go so that each rank has all rows of its range.
#pragma once

#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"
#include "mapreduce/exchange_rows.h"
#include "mapreduce/join_keys.h"
#include "mapreduce/row_keys.h"

namespace thalweg::internal {

// What rows of equal keys do.
enum class EqualKeys {
  kTogether,  // go to the same rank
  kSpread,    // are parted by their place in the frame, so that no key can be too frequent
};

// A collective. For each row of this rank's part (frame_parts.h) the rank that it is to go to: keys
// of rank 0 come before those of rank 1, and so on, in the order of RowKeys. Ranks get about
// equally many rows (a sample says where the ranges end), but for frequent keys that stay together.
std::vector<RankNumber> RanksByKey(const Frame& part, std::span<const SortKey> keys,
                                   EqualKeys equal, Communicator& ranks, ThreadPool& pool);

// The same for two frames that are to be joined; equal keys of both go to the same rank.
struct JoinRanks {
  std::vector<RankNumber> left;
  std::vector<RankNumber> right;
};
JoinRanks RanksByJoinKey(const Frame& left, const Frame& right, std::span<const KeyPair> pairs,
                         LevelOrder order, Communicator& ranks, ThreadPool& pool);

}  // namespace thalweg::internal
