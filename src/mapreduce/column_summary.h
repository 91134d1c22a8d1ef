// What clients show of a column beside its cells: counts, mean, spread, the smallest and largest
// cells.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "frame/column.h"
#include "mapreduce/cell_moments.h"

namespace thalweg {

inline constexpr size_t kExtremes = 5;

// Some rows of a column. Trivially copyable, so that ranks can send it as bytes.
struct ColumnPart {
  internal::CellMoments moments;  // of the finite cells
  int64_t rows = 0;
  int64_t missing = 0;
  int64_t positive_infinities = 0;
  int64_t negative_infinities = 0;
  int64_t extremes = 0;  // how many of each of the following there are
  std::array<double, kExtremes> smallest = {};
  std::array<double, kExtremes> largest = {};
  bool integral = true;
};

// Everything is NaN or 0 for string and UUID columns, but rows and missing.
struct ColumnSummary {
  int64_t rows = 0;
  int64_t missing = 0;
  int64_t zeros = 0;
  int64_t positive_infinities = 0;
  int64_t negative_infinities = 0;
  bool integral = false;  // all cells are integers or missing
  double mean = 0;        // of the finite cells; NaN where there are none
  double sd = 0;          // with n - 1; NaN where there are fewer than 2
  // Finite cells in ascending and descending order, repeated ones as often as they occur; NaN
  // behind the last.
  std::array<double, kExtremes> smallest = {};
  std::array<double, kExtremes> largest = {};
};

// One per column, over the chunks begin … end-1 of each (those that this rank holds). Parts are
// joined in chunk order: the result does not depend on the number of threads.
std::vector<ColumnPart> MeasureColumns(std::span<const ColumnPtr> columns, size_t begin, size_t end,
                                       ThreadPool& pool);
// Adds rows that come after those of `whole`.
void Join(const ColumnPart& part, ColumnPart* whole);
ColumnSummary Summarize(const ColumnPart& whole);

}  // namespace thalweg
