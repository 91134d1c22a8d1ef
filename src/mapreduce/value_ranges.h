// The numbers of a column over ranks, parted by value: each rank gets a range.
#pragma once

#include <cstddef>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg::internal {

// Ranges with about as many cells each. Equal cells fall into one range, however many they are.
class ValueRanges {
 public:
  // A collective, of a numeric column of a frame that lies over these ranks.
  ValueRanges(const Frame& frame, size_t column, ThreadPool& pool, Communicator& ranks);
  // The rank whose range holds a number (not NaN); it grows with the number.
  size_t RankOf(double value) const;

 private:
  std::vector<double> ends_;  // the largest number of each rank but the last
};

}  // namespace thalweg::internal
