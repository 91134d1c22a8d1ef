#include "mapreduce/frame_parts.h"

#include <gtest/gtest.h>

#include "base/cancel_scope.h"
#include "cluster/local/local_ranks.h"
#include "mapreduce/exchange_rows.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/gather_rows.h"
#include "mapreduce/same_frames_for_test.h"

namespace thalweg {
namespace {

struct Case {
  size_t rows;
  RandomTableOptions table;
};

std::vector<Case> Cases() {
  return {{0, {}},
          {1, {}},
          {2, {}},
          {6, {}},
          {100, {}},
          {100, {.missing = 1}},
          {40'000, {.values = 1000, .chunk_rows = 3000}},
          {40'000, {.missing = 0, .values = 100'000, .chunk_rows = 40'000}}};
}

// Where row `row` of all goes to.
using Rule = RankNumber (*)(size_t row, size_t ranks);

TEST(ExchangeRows, EveryRowComesToItsRankInItsOrder) {
  const Rule rules[] = {
      [](size_t, size_t) -> RankNumber { return 0; },
      [](size_t, size_t ranks) { return static_cast<RankNumber>(ranks - 1); },
      [](size_t row, size_t ranks) { return static_cast<RankNumber>(row % ranks); },
      [](size_t row, size_t ranks) { return static_cast<RankNumber>(Mix64(row) % ranks); },
      [](size_t row, size_t ranks) { return static_cast<RankNumber>(row / 5000 % ranks); },
  };
  for (const Case& c : Cases()) {
    const Frame whole = RandomTable(c.rows + 1, c.rows, c.table);
    for (const int size : {1, 2, 3, 5}) {
      for (const Rule rule : rules) {
        RunLocalRanks(size, [&](Communicator& ranks) {
          ThreadPool pool(2);
          const Frame over = KeepOwnChunks(whole, ranks);
          const Frame part = OwnPart(over, ranks);
          const auto first =
              static_cast<size_t>(size == 1 ? 0
                                            : over.layout().ChunkStart(over.layout().FirstChunkOf(
                                                  static_cast<size_t>(ranks.rank()))));
          std::vector<RankNumber> to(static_cast<size_t>(part.rows()));
          const auto n = static_cast<size_t>(size);
          for (size_t i = 0; i < to.size(); ++i) to[i] = rule(first + i, n);
          const Frame mine = ExchangeRows(part, to, ranks, pool);
          std::vector<uint32_t> wanted;
          for (size_t row = 0; row < c.rows; ++row) {
            if (rule(row, n) == ranks.rank()) wanted.push_back(static_cast<uint32_t>(row));
          }
          ExpectSameCells(mine, GatherRows(whole, wanted, pool));
          // And back: each row hears its own number.
          std::vector<int64_t> values(wanted.begin(), wanted.end());
          const auto back = ReturnToSenders(values, to, ranks);
          ASSERT_EQ(back.size(), to.size());
          for (size_t i = 0; i < back.size(); ++i) {
            ASSERT_EQ(back[i], static_cast<int64_t>(first + i));
          }
        });
      }
    }
  }
}

TEST(ExchangeRows, AColumnThatStandsTwiceTravelsOnce) {
  const Frame table = RandomTable(3, 100);
  const Frame whole(table.layout_ptr(), {"a", "b", "c"},
                    {table.column_ptr(0), table.column_ptr(6), table.column_ptr(0)});
  RunLocalRanks(2, [&](Communicator& ranks) {
    ThreadPool pool(1);
    const Frame part = OwnPart(KeepOwnChunks(whole, ranks), ranks);
    const std::vector<RankNumber> to(static_cast<size_t>(part.rows()), 1);
    const Frame mine = ExchangeRows(part, to, ranks, pool);
    EXPECT_EQ(&mine.column(0), &mine.column(2));
    EXPECT_EQ(mine.rows(), ranks.rank() == 1 ? 100 : 0);
  });
}

TEST(ExchangeRows, CancellationIsHeardOnAllRanks) {
  const Frame whole = RandomTable(4, 1000);
  CancelToken token;
  token.Cancel();
  EXPECT_THROW(RunLocalRanks(3,
                             [&](Communicator& ranks) {
                               const CancelScope scope(&token);
                               ThreadPool pool(1);
                               const Frame part = OwnPart(KeepOwnChunks(whole, ranks), ranks);
                               const std::vector<RankNumber> to(static_cast<size_t>(part.rows()));
                               ExchangeRows(part, to, ranks, pool);
                             }),
               Cancelled);
}

TEST(FrameParts, PlacedOrRebalancedTheyAreTheSameRows) {
  for (const Case& c : Cases()) {
    const Frame whole = RandomTable(c.rows + 2, c.rows, c.table);
    ThreadPool one(1);
    std::vector<uint32_t> all(c.rows);
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint32_t>(i);
    const Frame recut = GatherRows(whole, all, one);
    for (const int size : {1, 2, 3, 5}) {
      // Rows as they lie, or all on the last rank.
      for (const bool skewed : {false, true}) {
        RunLocalRanks(size, [&](Communicator& ranks) {
          ThreadPool pool(2);
          Frame part = OwnPart(KeepOwnChunks(whole, ranks), ranks);
          if (skewed) {
            const std::vector<RankNumber> to(static_cast<size_t>(part.rows()),
                                             static_cast<RankNumber>(size - 1));
            part = ExchangeRows(part, to, ranks, pool);
          }
          ExpectSameCells(GatherFrame(PlaceParts(part, ranks), ranks), whole);
          const Frame balanced = RebalanceParts(part, ranks, pool);
          ExpectSameFrames(GatherFrame(balanced, ranks), recut);
          if (size > 1) {
            EXPECT_EQ(balanced.layout(), KeepOwnChunks(recut, ranks).layout());
          }
        });
      }
    }
  }
}

}  // namespace
}  // namespace thalweg
