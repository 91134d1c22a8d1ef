#include "mapreduce/value_ranges.h"

#include <algorithm>
#include <cmath>

#include "mapreduce/quantiles.h"

namespace thalweg::internal {

ValueRanges::ValueRanges(const Frame& frame, size_t column, ThreadPool& pool, Communicator& ranks) {
  std::vector<double> shares;
  for (int rank = 1; rank < ranks.size(); ++rank) {
    shares.push_back(static_cast<double>(rank) / static_cast<double>(ranks.size()));
  }
  ends_ = ComputeQuantiles(frame, column, shares, pool, QuantileMethod::kLow, &ranks);
  // A column without any cell.
  std::erase_if(ends_, [](double end) { return std::isnan(end); });
}

size_t ValueRanges::RankOf(double value) const {
  return static_cast<size_t>(std::lower_bound(ends_.begin(), ends_.end(), value) - ends_.begin());
}

}  // namespace thalweg::internal
