#include "mapreduce/share_chunks.h"

#include <gtest/gtest.h>

#include "cluster/local/local_ranks.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/same_frames_for_test.h"
#include "mapreduce/share_frame.h"

namespace thalweg {
namespace {

// The frame with the chunks of one holder alone.
Frame Keep(const Frame& frame, const std::vector<int>& holders, int rank) {
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame.columns(); ++c) {
    const Column& column = frame.column(c);
    std::vector<ChunkPtr> chunks(column.chunks());
    for (size_t i = 0; i < chunks.size(); ++i) {
      if (holders[i] == rank) chunks[i] = column.chunk_ptr(i);
    }
    columns.push_back(std::make_shared<Column>(column.type(), std::move(chunks), column.domain()));
  }
  return {frame.layout_ptr(), frame.names(), std::move(columns)};
}

TEST(ShareOutChunks, FromWhereverTheyLie) {
  for (const uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    const Frame whole = RandomTable(seed, 10 * seed);
    for (const int size : {1, 2, 3, 5}) {
      Random random(seed, {static_cast<uint64_t>(size)});
      std::vector<int> holders;
      for (size_t i = 0; i < whole.layout().chunks(); ++i) {
        holders.push_back(static_cast<int>(random.Below(static_cast<uint64_t>(size))));
      }
      RunLocalRanks(size, [&](Communicator& ranks) {
        const Frame part = ShareOutChunks(Keep(whole, holders, ranks.rank()), holders, ranks);
        EXPECT_TRUE(part.layout() == KeepOwnChunks(whole, ranks).layout());
        ExpectSameCells(GatherFrame(part, ranks), whole);
      });
    }
  }
}

TEST(ShareOutFrame, FromOneRank) {
  for (const size_t rows : {0, 1, 50}) {
    const Frame whole = RandomTable(7, rows);
    for (const int size : {1, 2, 3, 5}) {
      RunLocalRanks(size, [&](Communicator& ranks) {
        const int root = size - 1;
        const auto mine = ranks.rank() == root ? std::optional(whole) : std::nullopt;
        const Frame part = ShareOutFrame(mine, root, ranks);
        EXPECT_TRUE(part.layout() == KeepOwnChunks(whole, ranks).layout());
        ExpectSameCells(GatherFrame(part, ranks), whole);
      });
    }
  }
}

}  // namespace
}  // namespace thalweg
