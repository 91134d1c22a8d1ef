// Rows in the order of their key words, and groups of rows of equal words.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "mapreduce/row_keys.h"
#include "mapreduce/scratch_array.h"

namespace thalweg::internal {

// Ascending by word; rows of equal words in their order.
struct SortedRows {
  ScratchArray<uint32_t> rows;
  // Where asked for: group g, all rows of one word, is rows[starts[g]] … rows[starts[g + 1] - 1].
  ScratchArray<uint32_t> starts;  // one more than there are groups
  ScratchArray<uint64_t> words;   // of the groups

  size_t groups() const { return words.size(); }
};

enum class Grouping { kNone, kGroups };

// Sorts by the most significant digits first: one parallel pass cuts the rows into parts of equal
// leading bits, then each part is sorted by one thread while it lies in its cache (McIlroy, Bostic,
// McIlroy 1993, with digits as wide as the part is long).
SortedRows SortRows(const RowKeys& keys, Grouping grouping, ThreadPool& pool);
// The same for words that are there already, of so many bits.
SortedRows SortWords(std::span<const uint64_t> words, int bits, Grouping grouping,
                     ThreadPool& pool);

}  // namespace thalweg::internal
