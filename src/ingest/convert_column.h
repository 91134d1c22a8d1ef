// A column as another type, because the user asked for it.
#pragma once

#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "frame/column.h"
#include "ingest/parse.h"

namespace thalweg::internal {

struct ConversionContext {
  ColumnReport& column;
  std::string file;
  int64_t max_levels = 0;
  std::vector<RejectedCell>& rejected;
};

// Rejected cells are listed up to here in all.
inline constexpr size_t kMostRejectedCells = 100;

// Numbers to categories (levels sorted by value), text to categories (sorted by bytes), anything to
// text, text and categories to numbers, int, real and time to each other. Changes the column's
// report. UserError for other pairs, for fractions that are to be integers, and for too many
// levels.
ColumnPtr ConvertColumn(const ColumnPtr& column, ColumnType type, ConversionContext& context,
                        ThreadPool& pool);

// The same where another frame has the type `type`, as `source` ("the training frame") says.
// Numbers and times stay what they are where numbers or times are expected. Null where a cell would
// be lost or there is no such conversion: then `obstacle` tells why, and nothing else is changed.
ColumnPtr ConvertToExpected(const ColumnPtr& column, ColumnType type, const std::string& source,
                            ConversionContext& context, std::string& obstacle, ThreadPool& pool);

}  // namespace thalweg::internal
