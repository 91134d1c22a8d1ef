// The order of the cells of string and UUID columns, as numbers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "frame/frame.h"
#include "mapreduce/scratch_array.h"

namespace thalweg::internal {

// A column of a frame.
struct ColumnOf {
  const Frame* frame = nullptr;
  size_t column = 0;
};

struct TextRanks {
  // One array per column, one number per row: the place of the cell's text among the different
  // texts of all columns, from 0 on, in the order of their bytes; kNoRow where missing.
  std::vector<ScratchArray<uint32_t>> ranks;
  uint32_t count = 0;  // of different texts
};

// The columns are all strings or all UUIDs.
TextRanks RankTexts(std::span<const ColumnOf> columns, ThreadPool& pool);

}  // namespace thalweg::internal
