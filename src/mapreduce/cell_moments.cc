#include "mapreduce/cell_moments.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "mapreduce/visit_cells.h"

namespace thalweg::internal {
namespace {

// Partial sums that do not wait for each other; part of the result's definition.
constexpr size_t kSums = 8;

double Total(const std::array<double, kSums>& sums) {
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

// Cells without missing ones among them.
CellMoments MeasureCells(std::span<const double> cells) {
  CellMoments moments;
  moments.count = static_cast<int64_t>(cells.size());
  if (cells.empty()) return moments;
  std::array<double, kSums> sums = {};
  std::array<double, kSums> mins;
  std::array<double, kSums> maxs;
  std::array<int64_t, kSums> zeros = {};
  mins.fill(cells[0]);
  maxs.fill(cells[0]);
  const size_t whole = cells.size() / kSums * kSums;
  for (size_t i = 0; i < whole; i += kSums) {
    for (size_t k = 0; k < kSums; ++k) {
      const double cell = cells[i + k];
      sums[k] += cell;
      mins[k] = std::min(mins[k], cell);
      maxs[k] = std::max(maxs[k], cell);
      zeros[k] += cell == 0 ? 1 : 0;
    }
  }
  for (size_t i = whole; i < cells.size(); ++i) {
    sums[i - whole] += cells[i];
    mins[0] = std::min(mins[0], cells[i]);
    maxs[0] = std::max(maxs[0], cells[i]);
    zeros[0] += cells[i] == 0 ? 1 : 0;
  }
  moments.min = *std::min_element(mins.begin(), mins.end());
  moments.max = *std::max_element(maxs.begin(), maxs.end());
  for (const int64_t count : zeros) moments.zeros += count;
  const double mean = Total(sums) / static_cast<double>(cells.size());
  moments.mean = mean;
  std::array<double, kSums> squares = {};
  for (size_t i = 0; i < whole; i += kSums) {
    for (size_t k = 0; k < kSums; ++k) {
      squares[k] += (cells[i + k] - mean) * (cells[i + k] - mean);
    }
  }
  for (size_t i = whole; i < cells.size(); ++i) {
    squares[i - whole] += (cells[i] - mean) * (cells[i] - mean);
  }
  moments.squares = Total(squares);
  return moments;
}

// Moves the cells that are not missing to the front.
std::span<const double> Present(std::span<double> cells) {
  size_t count = 0;
  for (const double cell : cells) {
    cells[count] = cell;
    count += cell == cell ? 1 : 0;
  }
  return cells.first(count);
}

// Cells that are all the same.
CellMoments SameCells(int64_t count, double value) {
  return {.count = count,
          .zeros = value == 0 ? count : 0,
          .min = value,
          .max = value,
          .mean = value,
          .squares = 0};
}

}  // namespace

CellMoments MeasureChunk(const Chunk& chunk) {
  CellMoments moments;
  VisitCells(
      chunk,
      [&](double value, uint64_t times) {
        if (!std::isnan(value)) Join(SameCells(static_cast<int64_t>(times), value), &moments);
      },
      [&](std::span<double> cells) {
        Join(MeasureCells(chunk.missing() > 0 ? Present(cells) : cells), &moments);
      });
  return moments;
}

void Join(const CellMoments& part, CellMoments* moments) {
  if (part.count == 0) return;
  moments->zeros += part.zeros;
  moments->min = std::min(moments->min, part.min);
  moments->max = std::max(moments->max, part.max);
  const auto before = static_cast<double>(moments->count);
  const auto added = static_cast<double>(part.count);
  moments->count += part.count;
  if (before == 0) {
    moments->mean = part.mean;
    moments->squares = part.squares;
    return;
  }
  const double shift = part.mean - moments->mean;
  const double share = added / (before + added);
  // Means that are infinite, or further apart than doubles reach, are joined as they are.
  moments->mean = std::isfinite(shift) ? moments->mean + shift * share
                                       : moments->mean * (1 - share) + part.mean * share;
  moments->squares += part.squares + shift * shift * (before * share);
}

}  // namespace thalweg::internal
