// Over- and under-sampling of classes by row numbers: no row is copied.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cluster/communicator.h"

namespace thalweg {

struct ClassBalanceOptions {
  std::vector<double> factors = {};  // per class; empty: bring every class to the largest
  double max_size = 5;               // of the rows before
  uint64_t seed = 0;
  Communicator* ranks = nullptr;  // a collective, each with rows of its own; null: all are here
};

struct BalancedRows {
  // Numbers of rows in ascending order; a row taken twice stands there twice.
  std::vector<uint32_t> rows;
  // Per class: its share of the weight before, over that of `rows`. Probabilities learned on
  // `rows`, multiplied by these and brought to the sum 1, are those of the rows before (Elkan
  // 2001). 1 for a class without rows.
  std::vector<double> factors = {};
};

// A class with factor f has each of its rows floor(f) times, and as many of them drawn at random
// once more as bring it to the rounded f times its rows (one at least). `classes` are codes of
// `levels` classes; weights may be empty.
BalancedRows BalanceClasses(std::span<const int32_t> classes, std::span<const double> weights,
                            size_t levels, const ClassBalanceOptions& options);

}  // namespace thalweg
