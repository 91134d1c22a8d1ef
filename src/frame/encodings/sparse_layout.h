// Where the entries of a sparse chunk lie: the bit-packed gaps between their rows.
//
// Entry e lies gap rows after the row that follows entry e - 1. A gap is written in codes of
// `width` bits: all ones means 2^width - 1 rows and the gap goes on in the next code; any other
// code ends it. So with width 1 the codes are a bitmap of the zeros between entries, and with large
// widths single numbers.
//
// Payload: for every 512th entry but the first {row after the entry before it, number of its first
// code}, two uint32 each, so that reading can start near any row; then the codes as a bit array.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "frame/encodings/bit_array.h"
#include "frame/encodings/cells.h"

namespace thalweg::internal {

inline constexpr uint32_t kSkipEntries = 512;

// The width that takes the fewest bits.
GapCodes ChooseGapCodes(std::span<const uint32_t> rows);

struct SparseLayout {
  uint32_t entries = 0;
  GapCodes gaps;

  uint32_t skips() const { return entries == 0 ? 0 : (entries - 1) / kSkipEntries; }
  uint64_t skip_bytes() const { return uint64_t{skips()} * 2 * sizeof(uint32_t); }
  uint64_t bytes() const { return skip_bytes() + BitArrayBytes(gaps.count, gaps.width); }
};

void WriteGaps(std::span<const uint32_t> rows, const SparseLayout& layout, std::byte* payload);

// Reads the rows of entries in ascending order.
class GapReader {
 public:
  // Starts at the first entry or one of those with a skip, the last that is not beyond `begin`.
  GapReader(const std::byte* payload, uint32_t entries, int width, size_t begin)
      : width_(width), mask_((uint64_t{1} << width) - 1), entries_(entries) {
    const SparseLayout layout{.entries = entries, .gaps = {}};
    codes_ = payload + layout.skip_bytes();
    uint32_t low = 0;
    for (uint32_t high = layout.skips(); low < high;) {
      const uint32_t middle = (low + high + 1) / 2;
      if (Skip(payload, middle - 1, 0) <= begin) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    if (low > 0) {
      row_ = Skip(payload, low - 1, 0);
      bit_ = uint64_t{Skip(payload, low - 1, 1)} * static_cast<uint64_t>(width);
    }
    entry_ = low * kSkipEntries;
  }

  // The entry that Next will read.
  uint32_t entry() const { return entry_; }
  bool AtEnd() const { return entry_ == entries_; }

  uint32_t Next() {
    for (;;) {
      uint64_t word;
      std::memcpy(&word, codes_ + bit_ / 8, sizeof(word));
      const uint64_t code = (word >> (bit_ % 8)) & mask_;
      bit_ += static_cast<uint64_t>(width_);
      row_ += static_cast<uint32_t>(code);
      if (code != mask_) break;
    }
    ++entry_;
    return row_++;
  }

 private:
  static uint32_t Skip(const std::byte* payload, uint32_t number, size_t part) {
    uint32_t value;
    std::memcpy(&value, payload + (number * size_t{2} + part) * sizeof(value), sizeof(value));
    return value;
  }

  const std::byte* codes_;
  int width_;
  uint64_t mask_;
  uint64_t bit_ = 0;
  uint32_t row_ = 0;
  uint32_t entry_ = 0;
  uint32_t entries_;
};

}  // namespace thalweg::internal
