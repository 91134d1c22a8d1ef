// Training rows that ranks share out: each has rows of its own, and encodes, trains on and scores
// those alone. They are dealt out at random: ranks that learn from stretches of an ordered frame
// learn different things (docs/decisions/0030-shared-rows.md).
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"
#include "models/feature_encoder.h"

namespace thalweg {

// How many rows are where.
struct SharedRows {
  Communicator* ranks = nullptr;  // null: all rows are here
  std::vector<uint64_t> rows;     // of each rank
  uint64_t first = 0;             // of the ranks before this one
  uint64_t total = 0;

  uint64_t own() const { return rows[ranks == nullptr ? 0 : static_cast<size_t>(ranks->rank())]; }
  // This rank's share of a number of samples, or of rows to be drawn: as its share of the rows, in
  // whole numbers, which add up to `count` over the ranks. What is rounded goes to other ranks in
  // other turns.
  uint64_t ShareOf(uint64_t count, uint64_t turn) const;
};

// But for the second all functions are collectives of the ranks.

SharedRows ShareOut(uint64_t own_rows, Communicator* ranks);
// The rows begin … end-1 of a frame that are this rank's: those that it holds of a frame in parts,
// or as many as the others where all have it whole.
std::pair<int64_t, int64_t> OwnRows(const Frame& frame, const Communicator* ranks);
// The same rows as a frame.
Frame PartOfFrame(const Frame& frame, const Communicator* ranks);
// Each row of the parts to a rank drawn at random; here, those that came to this one.
Frame DealOut(const Frame& part, uint64_t seed, Communicator& ranks, ThreadPool& pool);
// The sums over the ranks, in place; null: nothing changes.
void SumOverRanks(std::span<double> values, Communicator* ranks);
// The values of all ranks, one rank's after the other's.
template <class T>
std::vector<T> OfAllRanks(const std::vector<T>& own, Communicator& ranks) {
  std::vector<T> all;
  for (const std::string& bytes :
       ranks.AllGather({reinterpret_cast<const char*>(own.data()), own.size() * sizeof(T)})) {
    const size_t before = all.size();
    all.resize(before + bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(all.data() + before, bytes.data(), bytes.size());
  }
  return all;
}
// MeasureFeatures of all ranks' rows; `options` has this rank's weights and responses.
FeatureStatistics MeasureFeaturesOfAllRanks(const Frame& part, std::span<const size_t> predictors,
                                            const FeatureOptions& options, ThreadPool& pool,
                                            Communicator& ranks);

}  // namespace thalweg
