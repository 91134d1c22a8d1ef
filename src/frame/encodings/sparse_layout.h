// Where the entries of a sparse chunk lie: the bit-packed gaps between their rows.
//
// Entry e lies gap rows after the row that follows entry e - 1. A gap is written in codes of
// `width` bits: all ones means 2^width - 1 rows and the gap goes on in the next code; any other
// code ends it. So with width 1 the codes are a bitmap of the zeros between entries, and with large
// widths single numbers.
//
// Payload: two bit arrays with an entry for each 128th but the first: the row after the entry
// before it, and the number of its first code, so that reading can start near any row; then the
// codes as a bit array.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "frame/encodings/bit_array.h"
#include "frame/encodings/cells.h"
#include "kernels/unpack_bits.h"

namespace thalweg::internal {

inline constexpr uint32_t kSkipEntries = 128;

// The width that takes the fewest bits.
GapCodes ChooseGapCodes(std::span<const uint32_t> rows);

struct SparseLayout {
  uint32_t rows = 0;
  uint32_t entries = 0;
  GapCodes gaps = {};

  uint32_t skips() const { return entries == 0 ? 0 : (entries - 1) / kSkipEntries; }
  // There are no more codes than rows: each stands for at least one.
  int skip_width() const { return BitWidth(rows); }
  // Of one of the two arrays.
  uint64_t skip_bytes() const { return BitArrayBytes(skips(), skip_width()); }
  uint64_t bytes() const { return 2 * skip_bytes() + BitArrayBytes(gaps.count, gaps.width); }
};

void WriteGaps(std::span<const uint32_t> rows, const SparseLayout& layout, std::byte* payload);

// Reads the rows of entries in ascending order.
class GapReader {
 public:
  // Starts at the last entry of those with a skip, or the first, that is not beyond `begin`. `end`:
  // of what may be read.
  GapReader(const std::byte* payload, const std::byte* end, uint32_t rows, uint32_t entries,
            int width, size_t begin)
      : entries_(entries) {
    const SparseLayout layout{.rows = rows, .entries = entries};
    const std::byte* skip_codes = payload + layout.skip_bytes();
    codes_ = {.bytes = skip_codes + layout.skip_bytes(), .end = end, .width = width};
    // Which half goes on cannot be foreseen: no branches.
    uint32_t low = 0;
    for (uint32_t size = layout.skips() + 1; size > 1;) {
      const uint32_t half = size / 2;
      const uint64_t row = ReadBits(payload, layout.skip_width(), low + half - 1);
      low += half & (0 - static_cast<uint32_t>(row <= begin));
      size -= half;
    }
    if (low > 0) {
      row_ = static_cast<uint32_t>(ReadBits(payload, layout.skip_width(), low - 1));
      code_ = ReadBits(skip_codes, layout.skip_width(), low - 1);
    }
    entry_ = low * kSkipEntries;
  }

  // The entry that Next will read first.
  uint32_t entry() const { return entry_; }
  // Whether no more entries lie before row `end`.
  bool Passed(size_t end) const { return entry_ == entries_ || row_ >= end; }

  // Reads some codes, until Passed(end) at most, and returns how many entries they held.
  size_t Next(uint32_t end, std::span<uint32_t, kRowBatch> rows) {
    // Behind the last code may follow anything.
    const size_t found = UnpackGaps(codes_, code_, end, &row_, rows);
    const size_t count = std::min<size_t>(found, entries_ - entry_);
    code_ += kBitBatch;
    entry_ += static_cast<uint32_t>(count);
    return count;
  }

 private:
  BitArray codes_;
  uint64_t code_ = 0;
  uint32_t row_ = 0;
  uint32_t entry_ = 0;
  uint32_t entries_;
};

}  // namespace thalweg::internal
