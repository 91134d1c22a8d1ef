// Ranks of rows within groups.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "frame/frame.h"
#include "mapreduce/sort.h"

namespace thalweg {

// Which order the rows of the result have.
enum class RankOrder {
  kGroups,  // by group, and in it by the sort columns
  kSorted,  // by the sort columns alone; equal rows as in the frame
};

// The frame with one more column: 1 for the first row of each group in the order of the sort
// columns, then 2, and so on, equal rows in the order of the frame; missing, and not counted, where
// a sort column is.
Frame RankWithinGroups(const Frame& frame, std::span<const size_t> groups,
                       std::span<const SortColumn> by, const std::string& name, RankOrder order,
                       ThreadPool& pool);
// The same over ranks; a collective. Keys travel to the ranks of their groups, and the ranks of
// rows back; then the rows are sorted over ranks.
Frame RankWithinGroups(const Frame& frame, std::span<const size_t> groups,
                       std::span<const SortColumn> by, const std::string& name, RankOrder order,
                       Communicator& ranks, ThreadPool& pool);

// Rows with the largest (or smallest) cells of a numeric column that are not missing, `count` of
// them at most, ordered from there; of equal cells the first ones.
enum class Extreme { kLargest, kSmallest };
std::vector<uint32_t> TopRows(const Frame& frame, size_t column, size_t count, Extreme extreme,
                              ThreadPool& pool);
// The same over ranks; a collective. Of this rank's part of a frame (frame_parts.h): a part of the
// result, with two columns: "row", the number of a row in the whole frame, and "cell".
Frame TopParts(const Frame& part, size_t column, size_t count, Extreme extreme, Communicator& ranks,
               ThreadPool& pool);

}  // namespace thalweg
