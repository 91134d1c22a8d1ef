// A frame cut into stretches of whole chunks.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "frame/layout.h"

namespace thalweg {

// Frames are scored in stretches of at least so many rows: what is encoded at a
// time stays small.
inline constexpr int64_t kStretchRows = 16384;

// Calls use(first chunk, last chunk, first row, last row) for consecutive runs
// of whole chunks.
template <class Use>
void ForEachStretch(const Layout& layout, const Use& use) {
  for (size_t first = 0; first < layout.chunks();) {
    size_t last = first;
    int64_t rows = 0;
    while (last < layout.chunks() && rows < kStretchRows) rows += layout.ChunkRows(last++);
    use(first, last, layout.ChunkStart(first), layout.ChunkStart(first) + rows);
    first = last;
  }
}

inline std::vector<uint32_t> AllRows(size_t rows) {
  std::vector<uint32_t> numbers(rows);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace thalweg
