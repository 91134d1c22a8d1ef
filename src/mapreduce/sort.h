// Sorting a frame by some of its columns.
#pragma once

#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "frame/frame.h"

namespace thalweg {

struct SortColumn {
  size_t column = 0;
  bool descending = false;
};

// By the first column, rows that are equal there by the second, and so on; rows that are equal in
// all keep their order. Missing cells come first whether ascending or descending (as in H2O);
// categorical columns go by the order of their levels, strings by their bytes.
Frame SortFrame(const Frame& frame, std::span<const SortColumn> by, ThreadPool& pool);

}  // namespace thalweg
