// Rows that differ in some columns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

enum class KeepOf { kFirst, kLast };

// The first or the last of all rows that are equal in these columns, in the order of the frame.
// Missing cells are equal to each other.
Frame DropDuplicates(const Frame& frame, std::span<const size_t> columns, KeepOf keep,
                     ThreadPool& pool);
// The same over ranks; a collective. Keys travel to the ranks of their ranges and an answer comes
// back; rows stay where they are.
Frame DropDuplicates(const Frame& frame, std::span<const size_t> columns, KeepOf keep,
                     Communicator& ranks, ThreadPool& pool);

// The number of every row's key in the order of keys (missing first, then ascending), from 0 on;
// rows of equal keys have the same one. `count`: of different keys.
struct KeyNumbers {
  std::vector<uint32_t> numbers;
  size_t count = 0;
};
KeyNumbers NumberKeys(const Frame& frame, std::span<const size_t> columns, ThreadPool& pool);

}  // namespace thalweg
