// The cells of several key columns of a row as one whole number, the row's key word. Words compare
// as the rows do: by the first key column, then the second, and so on; a missing cell comes first
// whether a column ascends or descends; 0.0 and -0.0 are the same; text compares by its bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "frame/frame.h"
#include "mapreduce/integer_form.h"
#include "mapreduce/scratch_array.h"

namespace thalweg::internal {

// Rows of a frame are numbered in 32 bits here; UserError where there are more.
inline constexpr uint32_t kNoRow = 0xffffffff;
void CheckRowCount(int64_t rows);

struct SortKey {
  size_t column = 0;
  bool descending = false;
};

// How one key column takes part in the word.
struct KeyField {
  size_t column = 0;
  bool descending = false;
  IntegerForm form = {};
  // Cells are integers less min, from 1 on, or from 0 on where none is missing (0 means missing).
  int64_t min = 0;
  int64_t max = 0;
  bool missing = false;
  // Not null: the cells' codes, one per row (strings and UUIDs: their ranks), in place of `form`.
  std::shared_ptr<const ScratchArray<uint32_t>> ranks = {};
  // Not null: what the codes of a categorical column are changed to (kMissingInt: missing).
  std::shared_ptr<const std::vector<int64_t>> map = {};
  int bits = 0;
  int shift = 0;

  // The integer of a field's code.
  int64_t Integer(uint64_t code) const {
    if (missing && code == 0) return kMissingInt;
    const uint64_t distance = code - (missing ? 1 : 0);
    return static_cast<int64_t>(descending ? static_cast<uint64_t>(max) - distance
                                           : static_cast<uint64_t>(min) + distance);
  }
};

// The fields of a set of key columns, and the words of the rows. Words have at most 64 bits; where
// the columns need more, the leading ones are replaced by the rank that their values have among
// those of all rows. Immutable once made; any number of threads may read.
class RowKeys {
 public:
  RowKeys(const Frame& frame, std::span<const SortKey> keys, ThreadPool& pool);
  // With fields made beforehand (for two frames whose words are to compare with each other);
  // shifts are set here. Their bits must not exceed 64 in sum.
  RowKeys(const Frame& frame, std::vector<KeyField> fields);

  int bits() const { return bits_; }
  const std::vector<KeyField>& fields() const { return fields_; }
  // Whether Integer of a field gives back the cells, for all numeric key columns.
  bool reversible() const { return reversible_; }
  const Frame& frame() const { return *frame_; }

  // Words of the rows begin … begin + out.size() - 1 of a chunk. Blocks of 1,024 rows or so are
  // read fastest.
  void Read(size_t chunk, size_t begin, std::span<uint64_t> out) const;

 private:
  void PlaceFields();

  const Frame* frame_;
  std::vector<KeyField> fields_;
  int bits_ = 0;
  bool reversible_ = true;
};

// One field for a key column; `form` and `ranks` are found.
KeyField MakeKeyField(const Frame& frame, const SortKey& key, ThreadPool& pool);
// The same for a numeric column whose form is known.
KeyField NumberField(const SortKey& key, const IntegerForm& form);
// Several keys as one field of ranks: rows that are equal in all have the same rank, and ranks
// order as the rows do, from 0 on without gaps.
KeyField RankField(const Frame& frame, std::span<const SortKey> keys, ThreadPool& pool);
// Sets bits from min, max and missing.
void SizeField(KeyField* field);

// Calls block(chunk, begin in the chunk, count, first row) for the rows [begin, end) of a layout,
// in order, at most `size` rows at a time.
template <class Block>
void ForBlocks(const Layout& layout, int64_t begin, int64_t end, size_t size, Block block) {
  if (begin >= end) return;
  size_t chunk = layout.ChunkOf(begin);
  while (begin < end) {
    while (layout.ChunkStart(chunk + 1) <= begin) ++chunk;
    const int64_t stop =
        std::min({end, layout.ChunkStart(chunk + 1), begin + static_cast<int64_t>(size)});
    block(chunk, static_cast<size_t>(begin - layout.ChunkStart(chunk)),
          static_cast<size_t>(stop - begin), static_cast<size_t>(begin));
    begin = stop;
  }
}

}  // namespace thalweg::internal
