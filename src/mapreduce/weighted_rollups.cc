#include "mapreduce/weighted_rollups.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {
namespace {

Rollups OfColumn(const Frame& frame, size_t column, std::span<const double> weights) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Rollups r{.integral = true, .min = nan, .max = nan, .mean = nan, .sd = nan};
  const Layout& layout = frame.layout();
  const bool numeric = IsNumeric(frame.column(column).type());
  std::vector<double> cells;
  double total = 0, mean = 0, squares = 0;
  for (size_t chunk = 0; chunk < layout.chunks(); ++chunk) {
    const auto start = static_cast<size_t>(layout.ChunkStart(chunk));
    cells.resize(static_cast<size_t>(layout.ChunkRows(chunk)));
    if (numeric) frame.column(column).chunk(chunk).Decode(0, cells);
    for (size_t i = 0; i < cells.size(); ++i) {
      const double w = weights[start + i];
      if (w == 0) continue;
      ++r.rows;
      if (!numeric) continue;
      const double x = cells[i];
      if (std::isnan(x)) {
        ++r.missing;
        continue;
      }
      r.zeros += x == 0 ? 1 : 0;
      r.integral = r.integral && std::trunc(x) == x;
      r.min = std::isnan(r.min) ? x : std::min(r.min, x);
      r.max = std::isnan(r.max) ? x : std::max(r.max, x);
      // West 1979.
      total += w;
      const double delta = x - mean;
      mean += delta * w / total;
      squares += w * delta * (x - mean);
    }
  }
  if (total > 0) r.mean = mean;
  if (total > 1) r.sd = std::sqrt(squares / (total - 1));
  return r;
}

}  // namespace

std::vector<Rollups> ComputeWeightedRollups(const Frame& frame, std::span<const double> weights,
                                            ThreadPool& pool) {
  std::vector<Rollups> rollups(frame.columns());
  pool.Run(frame.columns(), [&](size_t column, size_t /*thread*/) {
    rollups[column] = OfColumn(frame, column, weights);
  });
  return rollups;
}

}  // namespace thalweg
