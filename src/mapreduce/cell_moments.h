// Count, mean, spread and extremes of numeric cells, in parts that can be joined.
#pragma once

#include <cstdint>
#include <limits>

#include "frame/chunk.h"

namespace thalweg::internal {

// Of the cells that are not missing.
struct CellMoments {
  int64_t count = 0;
  int64_t zeros = 0;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  double mean = 0;
  double squares = 0;  // sum of the squared distances from the mean
};

// Of one numeric chunk. Cost: one step for a constant chunk, one per entry for a sparse one.
CellMoments MeasureChunk(const Chunk& chunk);

// Joins two parts (Chan, Golub, LeVeque 1983).
void Join(const CellMoments& part, CellMoments* moments);

}  // namespace thalweg::internal
