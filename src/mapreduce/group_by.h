// Aggregates of groups of rows with equal keys.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

enum class Aggregate {
  kCount,
  kMean,
  kSum,
  kMin,
  kMax,
  kSd,   // with n - 1
  kVar,  // with n - 1
  kSumSquares,
  kMode,  // of a categorical column: its most frequent code, the least of equals
  kMedian,
};

// What a group's missing cells do to an aggregate, as in H2O. The median leaves them out always,
// the mode unless kAll.
enum class GroupMissing {
  kAll,     // one missing cell makes the aggregate missing; rows count as they are
  kRemove,  // as if their rows were not there
  kIgnore,  // as if they were 0 in a sum, and they count in the n of mean, variance and sd
};

struct GroupAggregate {
  Aggregate aggregate = Aggregate::kCount;
  size_t column = 0;
  GroupMissing missing = GroupMissing::kAll;
};

// "nrow", "mean", "sum", "min", "max", "sdev", "var", "sumSquares", "mode", "median".
std::string_view AggregateName(Aggregate aggregate);

// One row per group: the keys, then an aggregate each, named nrow, mean_x, sum_x, ...; ordered by
// keys (missing first, then ascending, categorical columns by their levels' order). Missing keys
// form groups, too. A column of aggregates is of type int where all its cells are integers.
//
// Sums and variances of integers and of short decimals are formed from whole numbers, so they are
// exact but for the last rounding; those of other reals are added up in the order of the rows. So
// results have the same bits for every number of threads.
//
// An aggregate without any cell is missing, but for counts and for sums, which are 0. (H2O gives
// the largest double as the least cell of none, and 0 as the mode where cells are missing and kAll
// is asked for.) UserError on aggregates of text, and on the mode of other than categorical
// columns.
Frame GroupBy(const Frame& frame, std::span<const size_t> keys,
              std::span<const GroupAggregate> aggregates, ThreadPool& pool);

// The same over ranks; a collective. The groups are the same, bit for bit, as those of the whole
// frame on one rank, and are cut into the same chunks; few groups lie whole on every rank, many are
// shared out among the ranks. Where every key word can have an accumulator and all sums are exact,
// only accumulators travel; else the rows do, to the rank of their keys.
Frame GroupBy(const Frame& frame, std::span<const size_t> keys,
              std::span<const GroupAggregate> aggregates, Communicator& ranks, ThreadPool& pool);

}  // namespace thalweg
