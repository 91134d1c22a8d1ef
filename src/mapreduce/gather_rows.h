// Rows of a frame, picked by their numbers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "frame/frame.h"

namespace thalweg {

// In place of a row's number: a row whose cells are all missing.
inline constexpr uint32_t kMissingRow = 0xffffffff;

// Row i of the result is row rows[i] of the frame; rows may repeat. Names, types and domains stay.
Frame GatherRows(const Frame& frame, std::span<const uint32_t> rows, ThreadPool& pool);

// The same for some columns, cut as the layout says, which has as many rows as `rows`.
std::vector<ColumnPtr> GatherColumns(const Frame& frame, std::span<const size_t> columns,
                                     std::span<const uint32_t> rows, const Layout& layout,
                                     ThreadPool& pool);

// How results of so many rows are cut into chunks.
LayoutPtr ResultLayout(int64_t rows);

}  // namespace thalweg
