// Goes over the cells of a numeric chunk in the cheapest way that its encoding allows, where the
// order of cells does not matter.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "frame/chunk.h"

namespace thalweg::internal {

// Calls same(value, times) for cells that are known to be equal without being read (those of a
// constant chunk, the zeros of a sparse one; times > 0), and block(std::span<double>) for all
// others, about 1,024 at a time, so that they stay in the first-level cache; the block may be
// changed. NaN where missing. The calls are the same for equal chunks.
template <class Same, class Block>
void VisitCells(const Chunk& chunk, Same same, Block block) {
  constexpr size_t kBlock = 1024;
  const size_t chunk_rows = chunk.rows();
  if (chunk_rows == 0) return;
  if (chunk.encoding() == EncodingId::kConstant) {
    double value = 0;
    chunk.Decode(0, std::span<double>(&value, 1));
    same(value, uint64_t{chunk_rows});
    return;
  }
  if (chunk.sparse()) {
    const size_t nonzeros = chunk.nonzeros();
    if (nonzeros < chunk_rows) same(0.0, uint64_t{chunk_rows - nonzeros});
    if (nonzeros == 0) return;
    // So many rows that a block has about kBlock entries.
    const size_t step = std::max(kBlock, chunk_rows / nonzeros * kBlock);
    std::vector<uint32_t> rows(std::min(step, nonzeros));
    std::vector<double> values(rows.size());
    for (size_t begin = 0; begin < chunk_rows; begin += step) {
      const size_t end = std::min(chunk_rows, begin + step);
      block(std::span(values).first(chunk.NonZeros(begin, end, rows, values)));
    }
    return;
  }
  std::array<double, kBlock> values;
  for (size_t begin = 0; begin < chunk_rows; begin += kBlock) {
    const auto cells = std::span<double>(values).first(std::min(kBlock, chunk_rows - begin));
    chunk.Decode(begin, cells);
    block(cells);
  }
}

}  // namespace thalweg::internal
