// What is done by keys over ranks is the same, bit for bit, as on one rank.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "cluster/local/local_ranks.h"
#include "mapreduce/distinct_rows.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/group_by.h"
#include "mapreduce/join.h"
#include "mapreduce/rank_rows.h"
#include "mapreduce/same_frames_for_test.h"
#include "mapreduce/sort.h"

namespace thalweg {
namespace {

// Columns of RandomTable.
constexpr size_t kInt = 0, kBig = 1, kReal = 2, kWild = 3, kEnum = 4, kTime = 5, kString = 6,
                 kUuid = 7, kEmpty = 8, kConstant = 9;

struct Table {
  std::string name;
  Frame frame;
};

std::vector<Table> Tables() {
  std::vector<Table> tables;
  const auto add = [&](const std::string& name, size_t rows, RandomTableOptions options = {}) {
    tables.push_back({name, RandomTable(tables.size() + 1, rows, options)});
  };
  add("no rows", 0);
  add("one row", 1);
  add("few rows", 4);
  add("small", 200);
  add("all missing", 60, {.missing = 1});
  add("all equal", 300, {.missing = 0, .values = 1});
  add("one chunk", 500, {.values = 20, .chunk_rows = 1000});
  add("many keys", 5000, {.missing = 0.01, .values = 1500, .chunk_rows = 400});
  add("few keys", 5000, {.values = 3, .chunk_rows = 299});
  return tables;
}

using Local = std::function<Frame(const Frame&, ThreadPool&)>;
using OverRanks = std::function<Frame(const Frame&, Communicator&, ThreadPool&)>;

// Over 1, 2, 3 and 5 ranks, each of which has about as many rows as the others, or all on one.
void ExpectAsOnOneRank(const std::string& what, const Table& table, const Local& local,
                       const OverRanks& over_ranks) {
  SCOPED_TRACE(what + " of " + table.name);
  ThreadPool one(1);
  const Frame wanted = local(table.frame, one);
  for (const int size : {1, 2, 3, 5}) {
    SCOPED_TRACE(std::to_string(size) + " ranks");
    RunLocalRanks(size, [&](Communicator& ranks) {
      ThreadPool pool(size == 2 ? 2 : 1);
      const Frame got = over_ranks(KeepOwnChunks(table.frame, ranks), ranks, pool);
      ExpectSameFrames(GatherFrame(got, ranks), wanted);
    });
  }
}

struct Grouping {
  std::string name;
  std::vector<size_t> keys;
  std::vector<GroupAggregate> aggregates;
};

std::vector<Grouping> Groupings() {
  using enum Aggregate;
  using enum GroupMissing;
  std::vector<GroupAggregate> exact = {{.aggregate = kCount}};
  std::vector<GroupAggregate> all = {{.aggregate = kCount}};
  for (const Aggregate a : {kCount, kMean, kSum, kMin, kMax, kSd, kVar, kSumSquares, kMedian}) {
    for (const GroupMissing m : {GroupMissing::kAll, kRemove, kIgnore}) {
      for (const size_t column : {kInt, kReal, kConstant, kEmpty}) {
        if (a != kMedian) exact.push_back({.aggregate = a, .column = column, .missing = m});
      }
      for (const size_t column : {kInt, kBig, kReal, kWild, kEmpty}) {
        all.push_back({.aggregate = a, .column = column, .missing = m});
      }
    }
  }
  all.push_back({.aggregate = kMode, .column = kEnum, .missing = kRemove});
  return {{"int", {kInt}, exact},
          {"enum, exact", {kEnum}, exact},
          {"enum, all", {kEnum}, all},
          {"nothing but keys", {kReal}, {}},
          {"strings", {kString}, all},
          {"reals and uuids", {kReal, kUuid}, exact},
          {"wide", {kBig, kWild, kTime}, all},
          {"missing", {kEmpty}, all},
          {"twice", {kEnum, kInt, kEnum}, exact}};
}

TEST(OverRanks, Groups) {
  for (const Table& table : Tables()) {
    for (const Grouping& grouping : Groupings()) {
      ExpectAsOnOneRank(
          "groups by " + grouping.name, table,
          [&](const Frame& frame, ThreadPool& pool) {
            return GroupBy(frame, grouping.keys, grouping.aggregates, pool);
          },
          [&](const Frame& frame, Communicator& ranks, ThreadPool& pool) {
            return GroupBy(frame, grouping.keys, grouping.aggregates, ranks, pool);
          });
    }
  }
}

// A column of short decimals but for one cell: what a rank sees is not what all see.
TEST(OverRanks, GroupsOfAColumnThatIsOddOnOneRank) {
  Random random(9);
  for (const double odd : {1.0 / 3, 1e17, 0.123, -0.0}) {
    std::vector<int64_t> starts = {0};
    std::vector<ChunkPtr> keys;
    std::vector<ChunkPtr> values;
    for (int c = 0; c < 6; ++c) {
      std::vector<int64_t> k(50);
      std::vector<double> v(50);
      for (auto& cell : k) cell = static_cast<int64_t>(random.Below(40)) * (c == 0 ? 1 : 100'000);
      for (auto& cell : v) cell = static_cast<double>(random.Below(1000)) / 10;
      if (c == 4) v[7] = odd;
      keys.push_back(EncodeIntegers(k));
      values.push_back(EncodeReals(v));
      starts.push_back(starts.back() + 50);
    }
    const Table table = {
        "odd", Frame(std::make_shared<const Layout>(starts), {"k", "v"},
                     {std::make_shared<const Column>(ColumnType::kInteger, std::move(keys)),
                      std::make_shared<const Column>(ColumnType::kReal, std::move(values))})};
    std::vector<GroupAggregate> aggregates;
    for (int a = 0; a <= static_cast<int>(Aggregate::kMedian); ++a) {
      if (static_cast<Aggregate>(a) == Aggregate::kMode) continue;
      aggregates.push_back({.aggregate = static_cast<Aggregate>(a), .column = 1});
    }
    for (const std::vector<size_t>& by : {std::vector<size_t>{0}, {1}}) {
      ExpectAsOnOneRank(
          "groups", table,
          [&](const Frame& frame, ThreadPool& pool) {
            return GroupBy(frame, by, aggregates, pool);
          },
          [&](const Frame& frame, Communicator& ranks, ThreadPool& pool) {
            return GroupBy(frame, by, aggregates, ranks, pool);
          });
    }
  }
}

TEST(OverRanks, DistinctRows) {
  const std::vector<size_t> choices[] = {{kInt},      {kString},      {kEmpty},
                                         {kConstant}, {kReal, kEnum}, {kInt, kBig, kUuid, kInt}};
  for (const Table& table : Tables()) {
    for (const auto& columns : choices) {
      for (const KeepOf keep : {KeepOf::kFirst, KeepOf::kLast}) {
        ExpectAsOnOneRank(
            "distinct rows", table,
            [&](const Frame& frame, ThreadPool& pool) {
              return DropDuplicates(frame, columns, keep, pool);
            },
            [&](const Frame& frame, Communicator& ranks, ThreadPool& pool) {
              return DropDuplicates(frame, columns, keep, ranks, pool);
            });
      }
    }
  }
}

std::vector<std::vector<SortColumn>> SortChoices() {
  return {{{.column = kInt}},
          {{.column = kReal, .descending = true}},
          {{.column = kEmpty}},
          {{.column = kConstant, .descending = true}},
          {{.column = kString, .descending = true}, {.column = kTime}},
          {{.column = kUuid}, {.column = kWild}, {.column = kBig, .descending = true}}};
}

TEST(OverRanks, SortedRows) {
  for (const Table& table : Tables()) {
    for (const auto& by : SortChoices()) {
      ExpectAsOnOneRank(
          "sorting", table,
          [&](const Frame& frame, ThreadPool& pool) { return SortFrame(frame, by, pool); },
          [&](const Frame& frame, Communicator& ranks, ThreadPool& pool) {
            return SortFrame(frame, by, ranks, pool);
          });
    }
  }
}

TEST(OverRanks, SortedPartsAreOfAboutEqualLengthWhateverTheKeys) {
  for (const size_t column : {kInt, kConstant, kEmpty, kString}) {
    const Frame frame = RandomTable(8, 30'000, {.values = 4, .chunk_rows = 1000});
    for (const int size : {2, 3, 5}) {
      RunLocalRanks(size, [&](Communicator& ranks) {
        ThreadPool pool(1);
        const SortColumn by = {.column = column};
        const Frame part =
            SortPart(OwnPart(KeepOwnChunks(frame, ranks), ranks), std::span(&by, 1), ranks, pool);
        EXPECT_NEAR(static_cast<double>(part.rows()), 30'000.0 / size, 3000);
      });
    }
  }
}

TEST(OverRanks, RanksWithinGroups) {
  const auto choices = SortChoices();
  const std::pair<std::vector<size_t>, std::vector<SortColumn>> cases[] = {
      {{kEnum}, choices[1]},
      {{kString, kInt}, choices[5]},
      {{kConstant}, choices[4]},
      {{kEmpty, kWild}, choices[0]}};
  for (const Table& table : Tables()) {
    for (const auto& [groups, by] : cases) {
      for (const RankOrder order : {RankOrder::kGroups, RankOrder::kSorted}) {
        ExpectAsOnOneRank(
            "ranks", table,
            [&, &group = groups, &keys = by](const Frame& frame, ThreadPool& pool) {
              return RankWithinGroups(frame, group, keys, "rank", order, pool);
            },
            [&, &group = groups, &keys = by](const Frame& frame, Communicator& ranks,
                                             ThreadPool& pool) {
              return RankWithinGroups(frame, group, keys, "rank", order, ranks, pool);
            });
      }
    }
  }
}

// Random frames whose keys meet; the right one has other levels, types and scales.
Frame Partner(const Table& table) {
  const Frame other = RandomTable(77, table.frame.rows() > 1000 ? 1000 : 25,
                                  {.missing = 0.05, .values = 7, .chunk_rows = 11});
  std::vector<std::string> names;
  for (const std::string& name : other.names()) names.push_back("other " + name);
  return other.WithNames(names);
}

TEST(OverRanks, Joins) {
  using Keys = std::vector<size_t>;
  const std::pair<Keys, Keys> choices[] = {
      {{kInt}, {kInt}},
      {{kEnum}, {kEnum}},
      {{kInt}, {kReal}},
      {{kReal, kString}, {kReal, kString}},
      {{kBig, kWild, kTime, kEnum}, {kBig, kWild, kTime, kEnum}},
      {{kUuid}, {kUuid}},
      {{kEmpty, kInt}, {kInt, kTime}}};
  for (const Table& table : Tables()) {
    // Keys of few values on both sides would meet in too many rows.
    if (table.name == "few keys" || table.name == "one chunk") continue;
    const Frame right = Partner(table);
    for (const auto& [left_keys, right_keys] : choices) {
      for (const JoinKind kind :
           {JoinKind::kInner, JoinKind::kLeft, JoinKind::kRight, JoinKind::kOuter}) {
        // The small one on either side.
        for (const bool swapped : {false, true}) {
          if (swapped && kind != JoinKind::kOuter) continue;
          const JoinOptions options = {.kind = kind,
                                       .left_keys = swapped ? right_keys : left_keys,
                                       .right_keys = swapped ? left_keys : right_keys};
          ExpectAsOnOneRank(
              "joining on " + table.frame.name(left_keys[0]), table,
              [&](const Frame& frame, ThreadPool& pool) {
                return swapped ? JoinFrames(right, frame, options, pool)
                               : JoinFrames(frame, right, options, pool);
              },
              [&](const Frame& frame, Communicator& ranks, ThreadPool& pool) {
                const Frame other = KeepOwnChunks(right, ranks);
                return swapped ? JoinFrames(other, frame, options, ranks, pool)
                               : JoinFrames(frame, other, options, ranks, pool);
              });
        }
      }
    }
  }
}

// Whether large whole numbers are compared as reals depends on all rows, not on those of a rank.
TEST(OverRanks, JoinsOfLargeIntegersAndReals) {
  constexpr int64_t kLarge = int64_t{1} << 60;
  std::vector<ChunkPtr> integers;
  std::vector<ChunkPtr> reals;
  std::vector<int64_t> starts = {0};
  for (int64_t c = 0; c < 5; ++c) {
    std::vector<int64_t> whole;
    std::vector<double> real;
    for (int64_t i = 0; i < 8; ++i) {
      whole.push_back(c == 2 ? kLarge + 7 - i : c * 100 + 7 - i);
      real.push_back(c == 4 ? static_cast<double>(i) / 3 : static_cast<double>(c * 100 + i));
    }
    integers.push_back(EncodeIntegers(whole));
    reals.push_back(EncodeReals(real));
    starts.push_back(starts.back() + 8);
  }
  const auto layout = std::make_shared<const Layout>(starts);
  const Table table = {
      "large integers",
      Frame(layout, {"i"},
            {std::make_shared<const Column>(ColumnType::kInteger, std::move(integers))})};
  const Frame right(layout, {"r"},
                    {std::make_shared<const Column>(ColumnType::kReal, std::move(reals))});
  const JoinOptions options = {.kind = JoinKind::kLeft, .left_keys = {0}, .right_keys = {0}};
  ExpectAsOnOneRank(
      "joining", table,
      [&](const Frame& frame, ThreadPool& pool) { return JoinFrames(frame, right, options, pool); },
      [&](const Frame& frame, Communicator& ranks, ThreadPool& pool) {
        return JoinFrames(frame, KeepOwnChunks(right, ranks), options, ranks, pool);
      });
}

TEST(OverRanks, JoinsThatCannotFitAreRefusedOnAllRanks) {
  constexpr size_t kRows = 300'000;
  const Frame frame = RandomTable(1, kRows, {.missing = 0, .values = 1, .chunk_rows = 65'536});
  const JoinOptions options = {.left_keys = {kInt}, .right_keys = {kInt}};
  RunLocalRanks(3, [&](Communicator& ranks) {
    ThreadPool pool(1);
    const Frame over = KeepOwnChunks(frame, ranks).Select(std::vector<size_t>{kInt, kTime});
    EXPECT_THROW(JoinFrames(over, over, options, ranks, pool), UserError);
    ranks.Barrier();  // none is left behind
  });
}

}  // namespace
}  // namespace thalweg
