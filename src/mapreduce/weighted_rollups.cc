#include "mapreduce/weighted_rollups.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "base/error.h"

namespace thalweg {
namespace {

// Trivially copyable: ranks send it as bytes.
struct Part {
  Rollups counts = {.integral = true,
                    .min = kMissingReal,
                    .max = kMissingReal,
                    .mean = kMissingReal,
                    .sd = kMissingReal};
  double weight = 0;
  double mean = 0;
  double squares = 0;  // sum of the weighted squared distances from the mean
};

Part OfColumn(const Frame& frame, size_t column, std::span<const double> weights) {
  Part part;
  Rollups& r = part.counts;
  const Layout& layout = frame.layout();
  const bool numeric = IsNumeric(frame.column(column).type());
  std::vector<double> cells;
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
      part.weight += w;
      const double delta = x - part.mean;
      part.mean += delta * w / part.weight;
      part.squares += w * delta * (x - part.mean);
    }
  }
  return part;
}

void Join(const Part& part, Part* whole) {
  Rollups& r = whole->counts;
  r.rows += part.counts.rows;
  r.missing += part.counts.missing;
  r.zeros += part.counts.zeros;
  r.integral = r.integral && part.counts.integral;
  r.min = std::fmin(r.min, part.counts.min);
  r.max = std::fmax(r.max, part.counts.max);
  if (part.weight == 0) return;
  const double weight = whole->weight + part.weight;
  const double delta = part.mean - whole->mean;
  whole->squares += part.squares + delta * delta * whole->weight * (part.weight / weight);
  whole->mean += delta * (part.weight / weight);
  whole->weight = weight;
}

Rollups Finish(const Part& whole) {
  Rollups r = whole.counts;
  if (whole.weight > 0) r.mean = whole.mean;
  if (whole.weight > 1) r.sd = std::sqrt(whole.squares / (whole.weight - 1));
  return r;
}

std::vector<Part> Measure(const Frame& frame, std::span<const double> weights, ThreadPool& pool) {
  std::vector<Part> parts(frame.columns());
  pool.Run(frame.columns(), [&](size_t column, size_t /*thread*/) {
    parts[column] = OfColumn(frame, column, weights);
  });
  return parts;
}

std::vector<Rollups> Finish(const std::vector<Part>& columns) {
  std::vector<Rollups> rollups;
  rollups.reserve(columns.size());
  for (const Part& whole : columns) rollups.push_back(Finish(whole));
  return rollups;
}

}  // namespace

std::vector<Rollups> ComputeWeightedRollups(const Frame& frame, std::span<const double> weights,
                                            ThreadPool& pool) {
  return Finish(Measure(frame, weights, pool));
}

std::vector<Rollups> ComputeWeightedRollups(const Frame& part, std::span<const double> weights,
                                            Communicator& ranks, ThreadPool& pool) {
  const std::vector<Part> own = Measure(part, weights, pool);
  std::vector<Part> columns(own.size());
  for (const std::string& bytes :
       ranks.AllGather({reinterpret_cast<const char*>(own.data()), own.size() * sizeof(Part)})) {
    std::vector<Part> theirs(own.size());
    Check(bytes.size() == theirs.size() * sizeof(Part), "ranks have the same columns");
    if (!theirs.empty()) std::memcpy(theirs.data(), bytes.data(), bytes.size());
    for (size_t i = 0; i < columns.size(); ++i) Join(theirs[i], &columns[i]);
  }
  return Finish(columns);
}

}  // namespace thalweg
