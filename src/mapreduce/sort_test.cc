#include "mapreduce/sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "mapreduce/gather_rows.h"
#include "mapreduce/gathered_for_test.h"
#include "mapreduce/random_table_for_test.h"

namespace thalweg {
namespace {

// The order that std::stable_sort gives.
std::vector<uint32_t> NaiveOrder(const Frame& frame, const std::vector<SortColumn>& by) {
  const auto table = TestTable(frame);
  std::vector<uint32_t> rows(static_cast<size_t>(frame.rows()));
  std::iota(rows.begin(), rows.end(), 0U);
  std::stable_sort(rows.begin(), rows.end(), [&](uint32_t a, uint32_t b) {
    for (const SortColumn& key : by) {
      const TestCell& left = table[key.column][a];
      const TestCell& right = table[key.column][b];
      if (left.present != right.present) return !left.present;
      if (left == right) continue;
      return (left < right) != key.descending;
    }
    return false;
  });
  return rows;
}

Frame SortOnTestRanks(const Frame& frame, std::span<const SortColumn> by, ThreadPool& pool) {
  if (TestRanks() == 1) return SortFrame(frame, by, pool);
  return Gathered(TestRanks(), pool.size(), [&](Communicator& ranks, ThreadPool& own) {
    return SortFrame(KeepOwnChunks(frame, ranks), by, ranks, own);
  });
}

void ExpectSorted(const Frame& frame, const std::vector<SortColumn>& by, size_t threads) {
  ThreadPool pool(threads);
  const Frame sorted = SortOnTestRanks(frame, by, pool);
  const std::vector<uint32_t> order = NaiveOrder(frame, by);
  ASSERT_EQ(sorted.names(), frame.names());
  const auto before = TestTable(frame);
  const auto after = TestTable(sorted);
  for (size_t c = 0; c < frame.columns(); ++c) {
    ASSERT_EQ(sorted.column(c).type(), frame.column(c).type());
    ASSERT_EQ(sorted.column(c).domain(), frame.column(c).domain());
    for (size_t i = 0; i < order.size(); ++i) {
      ASSERT_EQ(after[c][i], before[c][order[i]]) << frame.name(c) << ", row " << i;
    }
  }
}

TEST(Sort, EqualsStableSort) {
  for (const size_t rows : {0, 1, 2, 30, 500}) {
    for (uint64_t seed = 0; seed < 12; ++seed) {
      Random random(seed);
      const Frame frame = RandomTable(seed, rows, {.values = seed % 2 == 0 ? 4U : 1000U});
      std::vector<SortColumn> by;
      const uint64_t keys = random.Below(5);
      for (uint64_t k = 0; k < keys; ++k) {
        by.push_back(
            {.column = random.Below(frame.columns()), .descending = random.Bernoulli(0.5)});
      }
      SCOPED_TRACE(std::to_string(rows) + " rows, seed " + std::to_string(seed));
      ExpectSorted(frame, by, 1 + seed % 3);
    }
  }
}

TEST(Sort, EveryTypeAlone) {
  const Frame frame = RandomTable(5, 200);
  for (size_t c = 0; c < frame.columns(); ++c) {
    ExpectSorted(frame, {{.column = c}}, 2);
    ExpectSorted(frame, {{.column = c, .descending = true}}, 3);
  }
}

TEST(Sort, ManyRowsOfManyValues) {
  // Long enough for cuts into parts, and for skewed parts to be cut again.
  const Frame frame =
      RandomTable(6, 60'000, {.missing = 0.01, .values = 50'000, .chunk_rows = 5000});
  ExpectSorted(frame, {{.column = 0}}, 3);
  ExpectSorted(frame, {{.column = 3, .descending = true}, {.column = 1}}, 2);
  ExpectSorted(frame, {{.column = 6}, {.column = 4, .descending = true}}, 2);
}

TEST(Sort, SkewedValues) {
  std::vector<int64_t> cells(600'000);
  Random random(7);
  for (int64_t& cell : cells) {
    cell = random.Bernoulli(0.001) ? static_cast<int64_t>(random.Next() >> 8)
                                   : static_cast<int64_t>(random.Below(40'000));
  }
  const Frame frame(std::make_shared<Layout>(std::vector<int64_t>{0, 600'000}), {"a"},
                    {std::make_shared<Column>(ColumnType::kInteger,
                                              std::vector<ChunkPtr>{EncodeIntegers(cells)})});
  ThreadPool pool(3);
  const SortColumn by[] = {{.column = 0}};
  const Frame sorted = SortOnTestRanks(frame, by, pool);
  std::sort(cells.begin(), cells.end());
  std::vector<int64_t> result(cells.size());
  ReadCells(sorted, 0, 0, std::span<int64_t>(result));
  EXPECT_TRUE(result == cells);
}

TEST(GatherRows, RepeatsAndMissingRows) {
  ThreadPool pool(2);
  for (const size_t rows : {1, 40, 3000}) {
    const Frame frame = RandomTable(8, rows);
    const auto before = TestTable(frame);
    Random random(rows);
    for (const size_t picks : {0, 3, 200}) {
      std::vector<uint32_t> picked(picks);
      for (uint32_t& row : picked) {
        row = random.Bernoulli(0.2) ? kMissingRow : static_cast<uint32_t>(random.Below(rows));
      }
      const Frame result = GatherRows(frame, picked, pool);
      ASSERT_EQ(result.rows(), static_cast<int64_t>(picks));
      const auto after = TestTable(result);
      for (size_t c = 0; c < frame.columns(); ++c) {
        for (size_t i = 0; i < picks; ++i) {
          const TestCell expected = picked[i] == kMissingRow ? TestCell() : before[c][picked[i]];
          ASSERT_EQ(after[c][i], expected) << frame.name(c) << ", row " << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace thalweg
