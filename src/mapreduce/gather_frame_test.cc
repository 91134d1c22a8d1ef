#include "mapreduce/gather_frame.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "cluster/local/local_ranks.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/numbered_frame_for_test.h"

namespace thalweg {
namespace {

struct Case {
  std::vector<int64_t> starts;
  int ranks;
};

TEST(GatherFrame, PartsComeToTheWholeAgain) {
  for (const Case& c : {Case{{0, 7, 14, 21, 23}, 3}, Case{{0, 100}, 3}, Case{{0, 0}, 2},
                        Case{{0, 1, 2, 3}, 5}, Case{{0, 50, 51, 52, 53}, 2}}) {
    const Frame whole = NumberedFrame(c.starts);
    const int64_t rows = whole.rows();
    std::vector<int64_t> kept(static_cast<size_t>(c.ranks));
    RunLocalRanks(c.ranks, [&](Communicator& ranks) {
      const Frame part = KeepOwnChunks(whole, ranks);
      for (size_t i = 0; i < part.layout().chunks(); ++i) {
        if (part.column(0).chunk_ptr(i)) {
          kept[static_cast<size_t>(ranks.rank())] += part.layout().ChunkRows(i);
        }
      }
      EXPECT_EQ(part.rows(), rows);
      const Frame again = GatherFrame(part, ranks);
      std::vector<int64_t> cells(static_cast<size_t>(rows));
      ReadCells(again, 0, 0, std::span<int64_t>(cells));
      std::vector<std::string_view> texts(static_cast<size_t>(rows));
      ReadCells(again, 1, 0, std::span<std::string_view>(texts));
      for (int64_t row = 0; row < rows; ++row) {
        EXPECT_EQ(cells[static_cast<size_t>(row)], row % 5 == 0 ? kMissingInt : row);
        EXPECT_EQ(texts[static_cast<size_t>(row)], "w" + std::to_string(row));
      }
      EXPECT_EQ(&again.column(0), &again.column(2));
    });
    int64_t all = 0;
    for (const int64_t n : kept) all += n;
    EXPECT_EQ(all, rows) << "every chunk is one rank's";
  }
}

TEST(GatherParts, RankZeroGetsAllRows) {
  for (const Case& c : {Case{{0, 7, 14, 21, 23}, 3}, Case{{0, 100}, 3}, Case{{0, 0}, 2},
                        Case{{0, 1, 2, 3}, 5}, Case{{0, 50, 51, 52, 53}, 2}}) {
    const Frame whole = NumberedFrame(c.starts);
    RunLocalRanks(c.ranks, [&](Communicator& ranks) {
      const Frame over_ranks = KeepOwnChunks(whole, ranks);
      const std::optional<Frame> all = GatherParts(OwnPart(over_ranks, ranks), ranks);
      ASSERT_EQ(all.has_value(), ranks.rank() == 0);
      if (!all) return;
      ASSERT_EQ(all->rows(), whole.rows());
      EXPECT_EQ(all->layout().chunks(), whole.layout().chunks());
      for (size_t column : {0, 2}) {
        std::vector<int64_t> want(static_cast<size_t>(whole.rows())), got(want.size());
        ReadCells(whole, column, 0, std::span<int64_t>(want));
        ReadCells(*all, column, 0, std::span<int64_t>(got));
        EXPECT_EQ(got, want);
      }
    });
  }
}

TEST(GatherFrame, ReadingAChunkOfAnotherRankIsABug) {
  const Frame whole = NumberedFrame({0, 7, 14});
  RunLocalRanks(2, [&](Communicator& ranks) {
    const Frame part = KeepOwnChunks(whole, ranks);
    const auto other = static_cast<size_t>(1 - ranks.rank());
    EXPECT_THROW(part.column(0).chunk(other), InternalError);
  });
}

}  // namespace
}  // namespace thalweg
