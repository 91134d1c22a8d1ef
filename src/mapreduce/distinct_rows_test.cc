#include "mapreduce/distinct_rows.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "mapreduce/random_table_for_test.h"
#include "mapreduce/rank_rows.h"

namespace thalweg {
namespace {

std::vector<TestCell> KeyOf(const std::vector<std::vector<TestCell>>& table,
                            const std::vector<size_t>& columns, size_t row) {
  std::vector<TestCell> key;
  for (const size_t column : columns) key.push_back(table[column][row]);
  return key;
}

TEST(DropDuplicates, KeepsTheFirstOrLastOfEveryKey) {
  for (const size_t rows : {0, 1, 100}) {
    for (uint64_t seed = 0; seed < 10; ++seed) {
      const Frame frame = RandomTable(seed, rows);
      const auto table = TestTable(frame);
      const std::vector<size_t> columns = {seed % 10, (seed * 3 + 1) % 10};
      for (const KeepOf keep : {KeepOf::kFirst, KeepOf::kLast}) {
        std::map<std::vector<TestCell>, size_t> kept;
        for (size_t r = 0; r < rows; ++r) {
          const auto key = KeyOf(table, columns, r);
          if (keep == KeepOf::kLast) kept[key] = r;
          kept.emplace(key, r);
        }
        std::vector<size_t> expected;
        for (const auto& [key, row] : kept) expected.push_back(row);
        std::sort(expected.begin(), expected.end());
        ThreadPool pool(1 + seed % 3);
        const auto result = TestTable(DropDuplicates(frame, columns, keep, pool));
        ASSERT_EQ(result[0].size(), expected.size());
        for (size_t c = 0; c < table.size(); ++c) {
          for (size_t i = 0; i < expected.size(); ++i) {
            ASSERT_EQ(result[c][i], table[c][expected[i]]);
          }
        }
      }
    }
  }
}

TEST(NumberKeys, NumbersFollowTheOrderOfKeys) {
  const Frame frame = RandomTable(3, 200);
  const auto table = TestTable(frame);
  const std::vector<size_t> columns = {6, 0};
  ThreadPool pool(2);
  const KeyNumbers numbers = NumberKeys(frame, columns, pool);
  std::map<std::vector<TestCell>, uint32_t> expected;
  for (size_t r = 0; r < 200; ++r) expected[KeyOf(table, columns, r)] = 0;
  uint32_t next = 0;
  for (auto& [key, number] : expected) number = next++;
  EXPECT_EQ(numbers.count, expected.size());
  for (size_t r = 0; r < 200; ++r) {
    ASSERT_EQ(numbers.numbers[r], expected[KeyOf(table, columns, r)]);
  }
}

TEST(RankWithinGroups, CountsRowsOfEachGroupInOrder) {
  for (const size_t rows : {0, 1, 120}) {
    for (uint64_t seed = 0; seed < 8; ++seed) {
      const Frame frame = RandomTable(seed, rows);
      const std::vector<size_t> groups = {4, 0};
      const std::vector<SortColumn> by = {{.column = seed % 8, .descending = seed % 2 == 1},
                                          {.column = 2}};
      ThreadPool pool(2);
      // Sorted by the sort columns alone the ranks of every group count up.
      const Frame ranked = RankWithinGroups(frame, groups, by, "rank", RankOrder::kSorted, pool);
      const auto table = TestTable(ranked);
      std::map<std::vector<TestCell>, int64_t> counts;
      for (size_t r = 0; r < rows; ++r) {
        const TestCell& rank = table.back()[r];
        const bool missing = !table[by[0].column][r].present || !table[2][r].present;
        ASSERT_EQ(rank.present, !missing);
        if (missing) continue;
        ASSERT_EQ(rank.integer, ++counts[KeyOf(table, groups, r)]);
      }
      // By groups it is the same rows.
      const auto grouped =
          TestTable(RankWithinGroups(frame, groups, by, "rank", RankOrder::kGroups, pool));
      for (size_t r = 1; r < rows; ++r) {
        ASSERT_LE(KeyOf(grouped, groups, r - 1), KeyOf(grouped, groups, r));
      }
    }
  }
}

TEST(TopRows, AreTheLargestInOrder) {
  const Frame frame = RandomTable(9, 50);
  const auto cells = TestCells(frame, 2);
  ThreadPool pool(2);
  for (const size_t count : {0, 7, 50}) {
    const auto rows = TopRows(frame, 2, count, Extreme::kLargest, pool);
    std::vector<uint32_t> expected;
    for (uint32_t r = 0; r < 50; ++r) {
      if (cells[r].present) expected.push_back(r);
    }
    std::stable_sort(expected.begin(), expected.end(),
                     [&](uint32_t a, uint32_t b) { return cells[a].number > cells[b].number; });
    expected.resize(std::min(expected.size(), count));
    EXPECT_EQ(rows, expected);
  }
}

}  // namespace
}  // namespace thalweg
