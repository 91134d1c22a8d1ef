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
#include <cstring>
#include <span>

#include "frame/encodings/bit_array.h"
#include "frame/encodings/cells.h"

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
  static constexpr size_t kBatch = 32;

  // Starts at the last entry of those with a skip, or the first, that is not beyond `begin`.
  GapReader(const std::byte* payload, uint32_t rows, uint32_t entries, int width, size_t begin)
      : width_(width), mask_((uint64_t{1} << width) - 1), entries_(entries) {
    const SparseLayout layout{.rows = rows, .entries = entries};
    const std::byte* skip_codes = payload + layout.skip_bytes();
    codes_ = skip_codes + layout.skip_bytes();
    uint32_t low = 0;
    for (uint32_t high = layout.skips(); low < high;) {
      const uint32_t middle = (low + high + 1) / 2;
      if (ReadBits(payload, layout.skip_width(), middle - 1) <= begin) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    if (low > 0) {
      row_ = ReadBits(payload, layout.skip_width(), low - 1);
      bit_ = ReadBits(skip_codes, layout.skip_width(), low - 1) * static_cast<uint64_t>(width);
    }
    entry_ = low * kSkipEntries;
  }

  // The entry that Next will read first.
  uint32_t entry() const { return entry_; }
  bool AtEnd() const { return entry_ == entries_; }

  // Reads some codes and returns how many entries they held. No branch per code: which ones end a
  // gap cannot be foreseen.
  size_t Next(std::span<uint32_t, kBatch> rows) {
    size_t count = 0;
    uint64_t row = row_;
    uint64_t bit = bit_;
    const std::byte* codes = codes_;
    const uint64_t mask = mask_;
    const auto width = static_cast<uint64_t>(width_);
    // As many codes as there are entries are left at least.
    for (size_t left = std::min<size_t>(kBatch, entries_ - entry_); left > 0; --left) {
      uint64_t word;
      std::memcpy(&word, codes + bit / 8, sizeof(word));
      const uint64_t code = (word >> (bit % 8)) & mask;
      bit += width;
      row += code;
      rows[count] = static_cast<uint32_t>(row);
      const uint64_t ends = code != mask ? 1 : 0;
      count += ends;
      row += ends;
    }
    row_ = row;
    bit_ = bit;
    entry_ += static_cast<uint32_t>(count);
    return count;
  }

 private:
  const std::byte* codes_;
  int width_;
  uint64_t mask_;
  uint64_t bit_ = 0;
  uint64_t row_ = 0;
  uint32_t entry_ = 0;
  uint32_t entries_;
};

}  // namespace thalweg::internal
