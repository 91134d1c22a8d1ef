// Columns with other cells in the place of a frame's own, for asking a model "what if".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "frame/frame.h"

namespace thalweg {

// All cells of a numeric or categorical column as doubles: NaN where missing, codes of levels.
std::vector<double> CellsOf(const Frame& frame, size_t column);

// A column of the given cells (as CellsOf gives them) in the chunks of the layout. Where `domain`
// is null, of type real, which stands for every kind of number; else categorical.
ColumnPtr ColumnOf(const Layout& layout, std::span<const double> cells, const DomainPtr& domain,
                   ThreadPool& pool);

// The same value in every row.
ColumnPtr ConstantColumn(const Layout& layout, double value, const DomainPtr& domain);

// The rows at `rows` (in that order) of the columns named, in one chunk.
Frame TakeRows(const Frame& frame, const std::vector<std::string>& columns,
               std::span<const int64_t> rows, ThreadPool& pool);

// `count` different rows of [0, rows) drawn at random, in ascending order; all where there are not
// more.
std::vector<int64_t> DrawRows(int64_t rows, int64_t count, uint64_t seed);

}  // namespace thalweg
