// Integers in few bits, one right after the other, low bits first (unpack.h has them in lanes,
// which is faster still, but rounds up to 64 bytes). Read in batches, so that vectors can be used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace thalweg {

struct BitArray {
  const std::byte* bytes = nullptr;
  const std::byte* end = nullptr;  // of what may be read; entries that lie beyond it read as any
  int width = 0;                   // 0 … 57
};

inline constexpr size_t kBitBatch = 128;
inline constexpr int kMaxBatchWidth = 31;
// Entries index … index + count - 1; at most kBitBatch, the other codes are scratch. At most
// kMaxBatchWidth bits.
void UnpackBits(const BitArray& array, uint64_t index, size_t count,
                std::span<uint32_t, kBitBatch> codes);

// Rows, ascending, as the gaps between them: a gap is written in codes of 1 … kMaxBatchWidth bits;
// all ones means 2^width - 1 rows and the gap goes on in the next code, any other code ends it. The
// next gap starts after the row.
//
// Reads kBitBatch codes from number `code` on, fewer where they reach row `end`. *row: where the
// gap that is being read has come to; updated. Returns how many rows were found, at most kBitBatch;
// the others in `rows` are scratch.
inline constexpr size_t kRowBatch = kBitBatch + 8;
size_t UnpackGaps(const BitArray& array, uint64_t code, uint32_t end, uint32_t* row,
                  std::span<uint32_t, kRowBatch> rows);

}  // namespace thalweg
