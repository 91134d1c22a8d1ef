#include "mapreduce/rollups.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {
namespace {

// What one chunk adds. `squares` is the sum of squared distances from the chunk's mean.
struct Part {
  int64_t present = 0;
  int64_t missing = 0;
  int64_t zeros = 0;
  bool integral = true;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  double mean = 0;
  double squares = 0;
};

Part Measure(const Chunk& chunk) {
  Part part;
  part.missing = chunk.missing();
  part.present = chunk.rows() - chunk.missing();
  part.integral = chunk.integral();
  if (part.present == 0) return part;
  double block[1024];
  double sum = 0;
  for (size_t begin = 0; begin < chunk.rows(); begin += std::size(block)) {
    const std::span<double> cells(block, std::min(std::size(block), chunk.rows() - begin));
    chunk.Decode(begin, cells);
    for (const double cell : cells) {
      if (std::isnan(cell)) continue;
      part.zeros += cell == 0 ? 1 : 0;
      part.min = std::min(part.min, cell);
      part.max = std::max(part.max, cell);
      sum += cell;
    }
  }
  part.mean = sum / static_cast<double>(part.present);
  for (size_t begin = 0; begin < chunk.rows(); begin += std::size(block)) {
    const std::span<double> cells(block, std::min(std::size(block), chunk.rows() - begin));
    chunk.Decode(begin, cells);
    for (const double cell : cells) {
      if (!std::isnan(cell)) part.squares += (cell - part.mean) * (cell - part.mean);
    }
  }
  return part;
}

// Chan, Golub, LeVeque 1983.
void Join(const Part& b, Part* a) {
  a->missing += b.missing;
  a->zeros += b.zeros;
  a->integral = a->integral && b.integral;
  if (b.present == 0) return;
  a->min = std::min(a->min, b.min);
  a->max = std::max(a->max, b.max);
  const auto na = static_cast<double>(a->present);
  const auto nb = static_cast<double>(b.present);
  const double shift = b.mean - a->mean;
  a->mean += shift * (nb / (na + nb));
  a->squares += b.squares + shift * shift * (na * nb / (na + nb));
  a->present += b.present;
}

Rollups Finish(const Part& part, int64_t rows) {
  Rollups rollups{.rows = rows, .missing = part.missing, .zeros = part.zeros};
  rollups.integral = part.integral;
  const bool any = part.present > 0;
  rollups.min = any ? part.min : kMissingReal;
  rollups.max = any ? part.max : kMissingReal;
  rollups.mean = any ? part.mean : kMissingReal;
  rollups.sd = part.present > 1 ? std::sqrt(part.squares / static_cast<double>(part.present - 1))
                                : kMissingReal;
  return rollups;
}

}  // namespace

std::vector<Rollups> ComputeRollups(const Frame& frame, ThreadPool& pool) {
  const size_t chunks = frame.layout().chunks();
  std::vector<Part> parts(frame.columns() * chunks);
  pool.Run(parts.size(), [&](size_t i, size_t) {
    const Column& column = frame.column(i / chunks);
    const Chunk& chunk = column.chunk(i % chunks);
    if (IsNumeric(column.type())) {
      parts[i] = Measure(chunk);
    } else {
      parts[i].missing = chunk.missing();
      parts[i].integral = false;
    }
  });
  std::vector<Rollups> rollups;
  for (size_t column = 0; column < frame.columns(); ++column) {
    Part whole;
    for (size_t c = 0; c < chunks; ++c) Join(parts[column * chunks + c], &whole);
    rollups.push_back(Finish(whole, frame.rows()));
  }
  return rollups;
}

}  // namespace thalweg
