#include "mapreduce/join.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "base/error.h"
#include "mapreduce/gathered_for_test.h"
#include "mapreduce/random_table_for_test.h"

namespace thalweg {
namespace {

using Table = std::vector<std::vector<TestCell>>;

// Cells by what they mean: levels as their text.
Table Meaning(const Frame& frame) {
  Table table = TestTable(frame);
  for (size_t c = 0; c < frame.columns(); ++c) {
    if (frame.column(c).type() != ColumnType::kCategorical) continue;
    for (TestCell& cell : table[c]) {
      if (!cell.present) continue;
      cell.text = frame.column(c).domain()->levels()[static_cast<size_t>(cell.integer)];
      cell.integer = 0;
    }
  }
  return table;
}

std::vector<std::vector<TestCell>> RowsOf(const Table& table) {
  std::vector<std::vector<TestCell>> rows;
  if (table.empty()) return rows;
  for (size_t r = 0; r < table[0].size(); ++r) {
    rows.emplace_back();
    for (const auto& column : table) rows.back().push_back(column[r]);
  }
  return rows;
}

// All pairs of rows, without any order.
std::vector<std::vector<TestCell>> NaiveJoin(const Frame& left, const Frame& right,
                                             const JoinOptions& options) {
  const Table a = Meaning(left);
  const Table b = Meaning(right);
  const auto rows_a = static_cast<size_t>(left.rows());
  const auto rows_b = static_cast<size_t>(right.rows());
  std::vector<std::vector<TestCell>> result;
  std::vector<bool> used(rows_b);
  const auto is_key = [](const std::vector<size_t>& keys, size_t c) {
    return std::find(keys.begin(), keys.end(), c) != keys.end();
  };
  const auto add = [&](const size_t* r, const size_t* s) {
    std::vector<TestCell> row;
    for (size_t k = 0; k < options.left_keys.size(); ++k) {
      row.push_back(r != nullptr ? a[options.left_keys[k]][*r] : b[options.right_keys[k]][*s]);
    }
    for (size_t c = 0; c < a.size(); ++c) {
      if (!is_key(options.left_keys, c)) row.push_back(r != nullptr ? a[c][*r] : TestCell());
    }
    for (size_t c = 0; c < b.size(); ++c) {
      if (!is_key(options.right_keys, c)) row.push_back(s != nullptr ? b[c][*s] : TestCell());
    }
    result.push_back(row);
  };
  const bool keep_left = options.kind == JoinKind::kLeft || options.kind == JoinKind::kOuter;
  const bool keep_right = options.kind == JoinKind::kRight || options.kind == JoinKind::kOuter;
  for (size_t r = 0; r < rows_a; ++r) {
    bool any = false;
    for (size_t s = 0; s < rows_b; ++s) {
      bool equal = true;
      for (size_t k = 0; k < options.left_keys.size(); ++k) {
        const TestCell& x = a[options.left_keys[k]][r];
        const TestCell& y = b[options.right_keys[k]][s];
        equal = equal && x.present && x == y;
      }
      if (!equal) continue;
      any = true;
      used[s] = true;
      add(&r, &s);
    }
    if (!any && keep_left) add(&r, nullptr);
  }
  for (size_t s = 0; s < rows_b && keep_right; ++s) {
    if (!used[s]) add(nullptr, &s);
  }
  return result;
}

Frame JoinOnTestRanks(const Frame& left, const Frame& right, const JoinOptions& options,
                      ThreadPool& pool) {
  if (TestRanks() == 1) return JoinFrames(left, right, options, pool);
  return Gathered(TestRanks(), pool.size(), [&](Communicator& ranks, ThreadPool& own) {
    return JoinFrames(KeepOwnChunks(left, ranks), KeepOwnChunks(right, ranks), options, ranks, own);
  });
}

void ExpectJoined(const Frame& left, const Frame& right, const JoinOptions& options,
                  size_t threads) {
  ThreadPool pool(threads);
  const Frame joined = JoinOnTestRanks(left, right, options, pool);
  auto expected = NaiveJoin(left, right, options);
  auto rows = RowsOf(Meaning(joined));
  ASSERT_EQ(rows.size(), expected.size());
  std::sort(rows.begin(), rows.end());
  std::sort(expected.begin(), expected.end());
  ASSERT_TRUE(rows == expected);
}

TEST(Join, EqualsAllPairs) {
  for (const size_t rows : {0, 1, 25, 60}) {
    for (uint64_t seed = 0; seed < 16; ++seed) {
      Random random(seed);
      const Frame left = RandomTable(seed, rows, {.values = 4});
      const Frame right = RandomTable(seed + 100, rows / 2 + seed % 3, {.values = 6});
      JoinOptions options{
          .kind = static_cast<JoinKind>(seed % 4), .left_keys = {}, .right_keys = {}};
      const uint64_t keys = 1 + random.Below(3);
      while (options.left_keys.size() < keys) {
        const size_t column = random.Below(8);
        if (std::find(options.left_keys.begin(), options.left_keys.end(), column) !=
            options.left_keys.end()) {
          continue;
        }
        options.left_keys.push_back(column);
      }
      options.right_keys = options.left_keys;
      SCOPED_TRACE(std::to_string(rows) + " rows, seed " + std::to_string(seed));
      ExpectJoined(left, right, options, 1 + seed % 3);
    }
  }
}

TEST(Join, EveryTypeAndKind) {
  const Frame left = RandomTable(1, 40);
  const Frame right = RandomTable(2, 30, {.values = 7});
  for (size_t c = 0; c < left.columns(); ++c) {
    for (const JoinKind kind :
         {JoinKind::kInner, JoinKind::kLeft, JoinKind::kRight, JoinKind::kOuter}) {
      SCOPED_TRACE(left.name(c));
      ExpectJoined(left, right, {.kind = kind, .left_keys = {c}, .right_keys = {c}}, 2);
    }
  }
}

TEST(Join, ManyWideKeys) {
  const Frame left = RandomTable(3, 50, {.missing = 0.1, .values = 3});
  const Frame right = RandomTable(4, 50, {.missing = 0.1, .values = 3});
  for (const JoinKind kind :
       {JoinKind::kInner, JoinKind::kLeft, JoinKind::kRight, JoinKind::kOuter}) {
    ExpectJoined(left, right, {.kind = kind, .left_keys = {1, 3, 0}, .right_keys = {1, 3, 0}}, 2);
    ExpectJoined(left, right, {.kind = kind, .left_keys = {3, 1}, .right_keys = {3, 1}}, 1);
  }
}

ColumnPtr Integers(const std::vector<int64_t>& cells) {
  return std::make_shared<Column>(ColumnType::kInteger,
                                  std::vector<ChunkPtr>{EncodeIntegers(cells)});
}

ColumnPtr Levels(const std::vector<std::string>& levels, const std::vector<int64_t>& codes) {
  return std::make_shared<Column>(ColumnType::kCategorical,
                                  std::vector<ChunkPtr>{EncodeIntegers(codes)},
                                  std::make_shared<Domain>(levels));
}

Frame TwoColumns(const std::string& value, ColumnPtr key, const std::vector<int64_t>& cells) {
  return Frame(
      std::make_shared<Layout>(std::vector<int64_t>{0, static_cast<int64_t>(cells.size())}),
      {"k", value}, {std::move(key), Integers(cells)});
}

std::vector<int64_t> IntegersOf(const Frame& frame, size_t column) {
  std::vector<int64_t> cells(static_cast<size_t>(frame.rows()));
  ReadCells(frame, column, 0, std::span<int64_t>(cells));
  return cells;
}

constexpr int64_t kNA = kMissingInt;

// The orders below are those of H2O 3.46.
TEST(Join, RowsComeInH2OsOrder) {
  ThreadPool pool(2);
  const Frame left = TwoColumns("lv", Integers({3, 1, kNA, 2, 1, 5}), {10, 11, 12, 13, 14, 15});
  const Frame right = TwoColumns("rv", Integers({1, kNA, 3, 1, 9}), {100, 101, 102, 103, 104});
  JoinOptions options{.left_keys = {0}, .right_keys = {0}};
  Frame joined = JoinOnTestRanks(left, right, options, pool);
  EXPECT_EQ(joined.names(), (std::vector<std::string>{"k", "lv", "rv"}));
  EXPECT_EQ(IntegersOf(joined, 0), (std::vector<int64_t>{1, 1, 1, 1, 3}));
  EXPECT_EQ(IntegersOf(joined, 1), (std::vector<int64_t>{11, 11, 14, 14, 10}));
  EXPECT_EQ(IntegersOf(joined, 2), (std::vector<int64_t>{100, 103, 100, 103, 102}));
  options.kind = JoinKind::kLeft;
  joined = JoinOnTestRanks(left, right, options, pool);
  EXPECT_EQ(IntegersOf(joined, 0), (std::vector<int64_t>{kNA, 1, 1, 1, 1, 2, 3, 5}));
  EXPECT_EQ(IntegersOf(joined, 2), (std::vector<int64_t>{kNA, 100, 103, 100, 103, kNA, 102, kNA}));
  options.kind = JoinKind::kRight;
  joined = JoinOnTestRanks(left, right, options, pool);
  EXPECT_EQ(IntegersOf(joined, 0), (std::vector<int64_t>{kNA, 1, 1, 1, 1, 3, 9}));
  EXPECT_EQ(IntegersOf(joined, 1), (std::vector<int64_t>{kNA, 11, 14, 11, 14, 10, kNA}));
  EXPECT_EQ(IntegersOf(joined, 2), (std::vector<int64_t>{101, 100, 100, 103, 103, 102, 104}));
}

TEST(Join, LevelsAreMatchedByText) {
  ThreadPool pool(1);
  const Frame left = TwoColumns("lv", Levels({"a", "b", "c", "e"}, {2, 0, kNA, 1, 0, 3}),
                                {10, 11, 12, 13, 14, 15});
  const Frame right = TwoColumns("rv", Levels({"z", "c", "a", "B"}, {2, kNA, 1, 2, 0, 3, kNA}),
                                 {100, 101, 102, 103, 104, 105, 106});
  JoinOptions options{.kind = JoinKind::kLeft, .left_keys = {0}, .right_keys = {0}};
  Frame joined = JoinOnTestRanks(left, right, options, pool);
  // Levels in the right frame's order, after the rows whose level it does not have.
  EXPECT_EQ(IntegersOf(joined, 1), (std::vector<int64_t>{12, 13, 15, 10, 11, 11, 14, 14}));
  EXPECT_EQ(joined.column(0).domain(), left.column(0).domain());
  options.kind = JoinKind::kRight;
  joined = JoinOnTestRanks(left, right, options, pool);
  EXPECT_EQ(IntegersOf(joined, 2),
            (std::vector<int64_t>{101, 104, 105, 106, 100, 100, 103, 103, 102}));
  EXPECT_EQ(joined.column(0).domain(), right.column(0).domain());
  options.kind = JoinKind::kOuter;
  joined = JoinOnTestRanks(left, right, options, pool);
  EXPECT_EQ(joined.column(0).domain()->levels(),
            (std::vector<std::string>{"a", "b", "c", "e", "z", "B"}));
}

TEST(Join, IntegersMeetReals) {
  ThreadPool pool(1);
  const Frame left = TwoColumns("lv", Integers({1, 2, 3}), {1, 2, 3});
  const std::vector<double> reals = {1.5, 2.0, -0.0, 1e300, 3.0};
  const Frame right = TwoColumns(
      "rv", std::make_shared<Column>(ColumnType::kReal, std::vector<ChunkPtr>{EncodeReals(reals)}),
      {10, 20, 30, 40, 50});
  const Frame joined = JoinOnTestRanks(left, right, {.left_keys = {0}, .right_keys = {0}}, pool);
  EXPECT_EQ(IntegersOf(joined, 2), (std::vector<int64_t>{20, 50}));
}

TEST(Join, NamesStayApart) {
  ThreadPool pool(1);
  const Frame frame = TwoColumns("v", Integers({1}), {5});
  const Frame joined = JoinOnTestRanks(frame, frame, {.left_keys = {0}, .right_keys = {0}}, pool);
  EXPECT_EQ(joined.names(), (std::vector<std::string>{"k", "v", "v.1"}));
}

TEST(Join, RefusesWhatCannotBeCompared) {
  ThreadPool pool(1);
  const Frame table = RandomTable(1, 5);
  EXPECT_THROW(JoinOnTestRanks(table, table, {.left_keys = {0}, .right_keys = {4}}, pool),
               UserError);
  EXPECT_THROW(JoinOnTestRanks(table, table, {.left_keys = {0}, .right_keys = {}}, pool),
               UserError);
}

}  // namespace
}  // namespace thalweg
