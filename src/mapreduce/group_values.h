// The aggregates of groups while they are formed. Used by group_by.cc alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "mapreduce/group_by.h"
#include "mapreduce/integer_form.h"
#include "mapreduce/row_keys.h"
#include "mapreduce/scratch_array.h"

namespace thalweg::internal {

// A column that aggregates are formed of, and what has to be known of it.
struct ValueColumn {
  size_t column = 0;
  IntegerForm form = {};
  bool sum = false;
  bool squares = false;
  bool extremes = false;
  bool median = false;
  bool mode = false;
  // Sums and sums of squares are formed from whole numbers, which fit 63 and 127 bits.
  bool exact = false;
};

// What was found of one group in one column. Integers are those of the column's form.
struct GroupStats {
  int64_t present = 0;
  int64_t sum = 0;       // exact
  __int128 squares = 0;  // exact
  double real_sum = 0;   // else
  double real_squares = 0;
  // Sums of squared distances from the mean of the cells that are there.
  double real_spread = 0;
  int64_t min = std::numeric_limits<int64_t>::max();
  int64_t max = std::numeric_limits<int64_t>::min();
  double median = kMissingReal;
  int64_t mode = kMissingInt;
};

// The cells of one aggregate, one per group: integers of a form of their own (whole numbers over
// 10^scale; kMissingInt: missing) or doubles.
struct AggregateCells {
  bool integers = false;
  int scale = 0;
  ScratchArray<int64_t> whole;
  ScratchArray<double> real;
};

// One aggregate and the value column that it is formed of (-1: counts rows only).
struct AggregatePlan {
  GroupAggregate aggregate;
  ptrdiff_t value = -1;
};

// The groups and their aggregates.
struct GroupResult {
  ScratchArray<uint64_t> words;
  ScratchArray<uint32_t> first_rows;  // where the words do not give back the keys
  std::vector<AggregateCells> cells;  // one per plan
};

// Room for the cells of so many groups.
std::vector<AggregateCells> MakeCells(std::span<const AggregatePlan> plans,
                                      std::span<const ValueColumn> values, size_t groups);
// Writes the cell of group g; stats is null for plans without a value column.
void PutCell(const AggregatePlan& plan, const ValueColumn* value, const GroupStats* stats,
             int64_t rows, size_t g, AggregateCells* cells);

// By one accumulator for every word there can be. For words of few bits; no median, no mode, and
// all sums exact.
GroupResult GroupDensely(const RowKeys& keys, std::span<const AggregatePlan> plans,
                         std::span<const ValueColumn> values, ThreadPool& pool);
// The same for keys and values of one rank's rows, whose forms are those of all ranks' rows; the
// groups of all ranks come to be on every one. A collective.
GroupResult GroupDensely(const RowKeys& keys, std::span<const AggregatePlan> plans,
                         std::span<const ValueColumn> values, Communicator& ranks,
                         ThreadPool& pool);
// By sorting the rows; each group's cells are brought together.
GroupResult GroupBySorting(const RowKeys& keys, std::span<const AggregatePlan> plans,
                           std::span<const ValueColumn> values, ThreadPool& pool);

}  // namespace thalweg::internal
