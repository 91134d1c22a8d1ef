// How many values lie where: for reports.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json_fwd.h"

namespace thalweg {

// Bins of equal width from `min` to `max`.
struct Histogram {
  double min = 0;
  double max = 0;
  std::vector<int64_t> counts;

  Histogram() = default;
  // low < high.
  Histogram(double low, double high, size_t bins) : min(low), max(high), counts(bins) {}
  // min <= value <= max; the largest value counts in the last bin.
  void Add(double value);
  // {min, max, counts}
  Json ToJson() const;
};

}  // namespace thalweg
