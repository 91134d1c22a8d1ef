#include "mapreduce/group_by.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <vector>

#include "base/error.h"
#include "mapreduce/gathered_for_test.h"
#include "mapreduce/random_table_for_test.h"

namespace thalweg {
namespace {

constexpr double kNA = kMissingReal;

// The aggregate of the cells of one group as its definition says; NaN cells are missing.
double Naive(const GroupAggregate& aggregate, const std::vector<double>& all) {
  std::vector<double> cells;
  for (const double cell : all) {
    if (!std::isnan(cell)) cells.push_back(cell);
  }
  const bool any_missing = cells.size() < all.size();
  const GroupMissing how = aggregate.missing;
  if (aggregate.aggregate == Aggregate::kCount) {
    return static_cast<double>(how == GroupMissing::kAll ? all.size() : cells.size());
  }
  std::sort(cells.begin(), cells.end());
  if (aggregate.aggregate == Aggregate::kMedian) {
    if (cells.empty()) return kNA;
    const size_t n = cells.size();
    return n % 2 == 1 ? cells[n / 2] : cells[n / 2 - 1] + (cells[n / 2] - cells[n / 2 - 1]) / 2;
  }
  if (how == GroupMissing::kAll && any_missing) return kNA;
  if (aggregate.aggregate == Aggregate::kMode) {
    std::map<double, int> counts;
    for (const double cell : cells) ++counts[cell];
    double mode = kNA;
    for (const auto& [cell, count] : counts) {
      if (std::isnan(mode) || count > counts[mode]) mode = cell;
    }
    return mode;
  }
  if (how == GroupMissing::kIgnore && aggregate.aggregate != Aggregate::kMin &&
      aggregate.aggregate != Aggregate::kMax) {
    cells.resize(all.size(), 0);
  }
  const auto n = static_cast<double>(cells.size());
  double sum = 0;
  double squares = 0;
  for (const double cell : cells) {
    sum += cell;
    squares += cell * cell;
  }
  double spread = 0;
  for (const double cell : cells) spread += (cell - sum / n) * (cell - sum / n);
  const double variance = n < 2 ? kNA : spread / (n - 1);
  switch (aggregate.aggregate) {
    case Aggregate::kMean:
      return n == 0 ? kNA : sum / n;
    case Aggregate::kSum:
      return sum;
    case Aggregate::kMin:
      return cells.empty() ? kNA : cells.front();
    case Aggregate::kMax:
      return cells.empty() ? kNA : cells.back();
    case Aggregate::kSd:
      return std::sqrt(variance);
    case Aggregate::kVar:
      return variance;
    default:
      return squares;
  }
}

std::vector<double> Reals(const Frame& frame, size_t column) {
  std::vector<double> cells(static_cast<size_t>(frame.rows()));
  ReadCells(frame, column, 0, std::span<double>(cells));
  return cells;
}

Frame GroupByOnTestRanks(const Frame& frame, std::span<const size_t> keys,
                         std::span<const GroupAggregate> aggregates, ThreadPool& pool) {
  if (TestRanks() == 1) return GroupBy(frame, keys, aggregates, pool);
  return Gathered(TestRanks(), pool.size(), [&](Communicator& ranks, ThreadPool& own) {
    return GroupBy(KeepOwnChunks(frame, ranks), keys, aggregates, ranks, own);
  });
}

void ExpectGrouped(const Frame& frame, const std::vector<size_t>& keys,
                   const std::vector<GroupAggregate>& aggregates, size_t threads) {
  ThreadPool pool(threads);
  const Frame result = GroupByOnTestRanks(frame, keys, aggregates, pool);
  ASSERT_EQ(result.columns(), keys.size() + aggregates.size());
  std::vector<std::vector<TestCell>> columns;
  for (const size_t key : keys) columns.push_back(TestCells(frame, key));
  std::map<std::vector<TestCell>, std::vector<size_t>> groups;
  for (size_t r = 0; r < static_cast<size_t>(frame.rows()); ++r) {
    std::vector<TestCell> key;
    for (const auto& column : columns) key.push_back(column[r]);
    groups[key].push_back(r);
  }
  ASSERT_EQ(result.rows(), static_cast<int64_t>(groups.size()));
  for (size_t k = 0; k < keys.size(); ++k) {
    ASSERT_EQ(result.column(k).type(), frame.column(keys[k]).type());
    ASSERT_EQ(result.column(k).domain(), frame.column(keys[k]).domain());
    const auto cells = TestCells(result, k);
    size_t g = 0;
    for (const auto& [key, rows] : groups) ASSERT_EQ(cells[g++], key[k]) << "key " << k;
  }
  for (size_t a = 0; a < aggregates.size(); ++a) {
    const std::vector<double> cells = Reals(result, keys.size() + a);
    const std::vector<double> source = Reals(frame, aggregates[a].column);
    size_t g = 0;
    for (const auto& [key, rows] : groups) {
      std::vector<double> group;
      for (const size_t r : rows) group.push_back(source[r]);
      const double expected = Naive(aggregates[a], group);
      const double cell = cells[g++];
      SCOPED_TRACE(result.name(keys.size() + a) + " of group " + std::to_string(g - 1));
      ASSERT_EQ(std::isnan(cell), std::isnan(expected)) << cell << " " << expected;
      if (std::isnan(cell) || cell == expected) continue;
      double scale = 0;
      for (const double value : group) {
        if (!std::isnan(value)) scale = std::max(scale, std::abs(value));
      }
      if (aggregates[a].aggregate >= Aggregate::kVar) scale *= scale;
      ASSERT_NEAR(cell, expected, 1e-9 * std::abs(expected) + 1e-12 * scale);
    }
  }
}

constexpr Aggregate kAll[] = {Aggregate::kCount, Aggregate::kMean,       Aggregate::kSum,
                              Aggregate::kMin,   Aggregate::kMax,        Aggregate::kSd,
                              Aggregate::kVar,   Aggregate::kSumSquares, Aggregate::kMode,
                              Aggregate::kMedian};

TEST(GroupBy, EveryAggregateOfEveryKeyType) {
  const Frame frame = RandomTable(1, 300);
  const size_t levels = frame.IndexOf("enum");
  for (const GroupMissing missing :
       {GroupMissing::kAll, GroupMissing::kRemove, GroupMissing::kIgnore}) {
    // Those that an accumulator per word can form, and then all.
    for (const size_t count : {size_t{8}, std::size(kAll)}) {
      std::vector<GroupAggregate> aggregates;
      for (size_t i = 0; i < count; ++i) {
        for (const size_t column : {frame.IndexOf("int"), frame.IndexOf("real"), levels}) {
          if (kAll[i] == Aggregate::kMode && column != levels) continue;
          aggregates.push_back({.aggregate = kAll[i], .column = column, .missing = missing});
        }
      }
      for (size_t key = 0; key < frame.columns(); ++key) {
        SCOPED_TRACE("key " + frame.name(key));
        ExpectGrouped(frame, {key}, aggregates, 1 + key % 3);
      }
      ExpectGrouped(frame, {4, 0}, aggregates, 2);
      ExpectGrouped(frame, {6, 3, 1}, aggregates, 2);
    }
  }
}

TEST(GroupBy, RealsThatAreNoDecimals) {
  const Frame frame = RandomTable(2, 200, {.values = 4});
  std::vector<GroupAggregate> aggregates;
  for (const Aggregate aggregate : kAll) {
    if (aggregate == Aggregate::kMode) continue;
    for (const GroupMissing missing :
         {GroupMissing::kAll, GroupMissing::kRemove, GroupMissing::kIgnore}) {
      aggregates.push_back({.aggregate = aggregate, .column = 3, .missing = missing});
      aggregates.push_back({.aggregate = aggregate, .column = 1, .missing = missing});
    }
  }
  ExpectGrouped(frame, {4}, aggregates, 2);
  ExpectGrouped(frame, {0, 5}, aggregates, 3);
}

TEST(GroupBy, FewRows) {
  for (const size_t rows : {0, 1, 2}) {
    const Frame frame = RandomTable(3, rows);
    for (size_t key = 0; key < frame.columns(); ++key) {
      ExpectGrouped(frame, {key},
                    {{.aggregate = Aggregate::kCount},
                     {.aggregate = Aggregate::kMean, .column = 2},
                     {.aggregate = Aggregate::kVar, .column = 8}},
                    2);
    }
  }
}

TEST(GroupBy, ManyGroups) {
  const Frame frame =
      RandomTable(4, 50'000, {.missing = 0.01, .values = 40'000, .chunk_rows = 5000});
  const std::vector<GroupAggregate> aggregates = {
      {.aggregate = Aggregate::kCount},
      {.aggregate = Aggregate::kSum, .column = 0, .missing = GroupMissing::kRemove},
      {.aggregate = Aggregate::kMax, .column = 3, .missing = GroupMissing::kRemove},
      {.aggregate = Aggregate::kMedian, .column = 2}};
  ExpectGrouped(frame, {0}, aggregates, 3);
  ExpectGrouped(frame, {6}, aggregates, 2);
  ExpectGrouped(frame, {1, 3}, aggregates, 2);
}

TEST(GroupBy, SameBitsForEveryNumberOfThreads) {
  const Frame frame = RandomTable(5, 300'000, {.values = 900, .chunk_rows = 20'000});
  std::vector<std::vector<double>> first;
  for (const size_t threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    const GroupAggregate aggregates[] = {
        {.aggregate = Aggregate::kSum, .column = 3, .missing = GroupMissing::kRemove},
        {.aggregate = Aggregate::kVar, .column = 3, .missing = GroupMissing::kRemove},
        {.aggregate = Aggregate::kMean, .column = 2, .missing = GroupMissing::kRemove}};
    const size_t keys[] = {0};
    const Frame result = GroupByOnTestRanks(frame, keys, aggregates, pool);
    std::vector<std::vector<double>> cells;
    for (size_t c = 1; c < 4; ++c) cells.push_back(Reals(result, c));
    if (first.empty()) first = cells;
    for (size_t c = 0; c < 3; ++c) {
      for (size_t g = 0; g < cells[c].size(); ++g) {
        ASSERT_EQ(std::bit_cast<uint64_t>(cells[c][g]), std::bit_cast<uint64_t>(first[c][g]));
      }
    }
  }
}

TEST(GroupBy, SumsOfDecimalsAreExact) {
  // 0.1 ten times is 1, not 0.9999999999999999.
  std::vector<double> cells(10, 0.1);
  const Frame frame(
      std::make_shared<Layout>(std::vector<int64_t>{0, 10}), {"x"},
      {std::make_shared<Column>(ColumnType::kReal, std::vector<ChunkPtr>{EncodeReals(cells)})});
  ThreadPool pool(1);
  const GroupAggregate aggregates[] = {{.aggregate = Aggregate::kSum, .column = 0},
                                       {.aggregate = Aggregate::kVar, .column = 0}};
  const Frame result = GroupByOnTestRanks(frame, {}, aggregates, pool);
  EXPECT_EQ(Reals(result, 0), std::vector<double>{1});
  EXPECT_EQ(Reals(result, 1), std::vector<double>{0});
  EXPECT_EQ(result.names(), (std::vector<std::string>{"sum_x", "var_x"}));
}

TEST(GroupBy, RefusesText) {
  ThreadPool pool(1);
  const Frame frame = RandomTable(6, 10);
  const size_t keys[] = {0};
  const GroupAggregate text[] = {{.aggregate = Aggregate::kSum, .column = 6}};
  EXPECT_THROW(GroupByOnTestRanks(frame, keys, text, pool), UserError);
  const GroupAggregate mode[] = {{.aggregate = Aggregate::kMode, .column = 0}};
  EXPECT_THROW(GroupByOnTestRanks(frame, keys, mode, pool), UserError);
}

}  // namespace
}  // namespace thalweg
