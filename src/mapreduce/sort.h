// Sorting a frame by some of its columns.
#pragma once

#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
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

// The same over ranks; a collective. Rows go to the ranks of their ranges of keys (equal ones are
// parted by their places, so that each rank has about as many as the others) and are sorted there.
Frame SortFrame(const Frame& frame, std::span<const SortColumn> by, Communicator& ranks,
                ThreadPool& pool);
// Of this rank's part (frame_parts.h): the part of the sorted frame. Parts may be of any length.
Frame SortPart(const Frame& part, std::span<const SortColumn> by, Communicator& ranks,
               ThreadPool& pool);

}  // namespace thalweg
