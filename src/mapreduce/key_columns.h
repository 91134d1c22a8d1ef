// Key columns of groups, made from the groups' words.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "mapreduce/row_keys.h"

namespace thalweg::internal {

// One column per field of `keys`, which are reversible: the cells that the words stand for, of the
// types and domains of the frame's columns. Reals that were -0.0 are 0.0.
std::vector<ColumnPtr> KeyColumns(const RowKeys& keys, std::span<const uint64_t> words,
                                  const Layout& layout, ThreadPool& pool);

// A chunk of a column of this form out of its integers.
ChunkPtr EncodeForm(const IntegerForm& form, std::span<const int64_t> cells);

}  // namespace thalweg::internal
