// Between long and wide frames.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "frame/frame.h"

namespace thalweg {

struct MeltOptions {
  std::vector<size_t> ids;
  std::vector<size_t> values;  // numbers
  std::string variable_name = "variable";
  std::string value_name = "value";
  bool skip_missing = false;
};

// One row per row and value column: the row's ids, the column's name (categorical, levels in the
// order of the columns), and its cell. UserError where a value column is not int or real.
Frame Melt(const Frame& frame, const MeltOptions& options, ThreadPool& pool);
// What it asks of memory first: MemoryError where so many rows and value columns do not fit.
void RequireMeltMemory(int64_t rows, size_t columns);

// One row per value of `index` (int, enum or time, none missing) in its order, one column per value
// of `column`, in its order and named by it; the cell is the first `value` that is there for both,
// as a number, or missing. Rows whose `column` is missing only make their index appear. UserError
// where types do not fit, `index` has missing cells, or `column` holds fewer than two values.
Frame Pivot(const Frame& frame, size_t index, size_t column, size_t value, ThreadPool& pool);
// One mark per row of a part of a frame: 1 for the rows that Pivot of the whole needs of it, at
// most two per pair of index and column. UserError as above where types do not fit.
std::vector<uint8_t> RowsForPivot(const Frame& part, size_t index, size_t column, size_t value,
                                  ThreadPool& pool);

}  // namespace thalweg
