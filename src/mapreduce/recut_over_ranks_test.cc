#include "mapreduce/recut_over_ranks.h"

#include <gtest/gtest.h>

#include "cluster/local/local_ranks.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/numbered_frame_for_test.h"
#include "mapreduce/random_layout_for_test.h"

namespace thalweg {
namespace {

void ExpectRows(const Frame& frame, int64_t rows) {
  ASSERT_EQ(frame.rows(), rows);
  std::vector<int64_t> cells(static_cast<size_t>(rows));
  ReadCells(frame, 0, 0, std::span<int64_t>(cells));
  std::vector<std::string_view> texts(static_cast<size_t>(rows));
  ReadCells(frame, 1, 0, std::span<std::string_view>(texts));
  for (int64_t row = 0; row < rows; ++row) {
    EXPECT_EQ(cells[static_cast<size_t>(row)], row % 5 == 0 ? kMissingInt : row);
    EXPECT_EQ(texts[static_cast<size_t>(row)], "w" + std::to_string(row));
  }
  EXPECT_EQ(&frame.column(0), &frame.column(2));
}

TEST(RecutOverRanks, EveryRowComesToItsPlace) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const int ranks = 1 + static_cast<int>(random.Below(5));
    const auto rows = static_cast<int64_t>(seed % 4 == 0 ? random.Below(3) : random.Below(80));
    const auto starts = RandomStarts(random, rows);
    const LayoutPtr from = RandomOwners(random, starts, ranks);
    // All rows, or the first ones.
    const int64_t kept =
        random.Bernoulli(0.7) ? rows : static_cast<int64_t>(random.Below(1 + uint64_t(rows)));
    const LayoutPtr to = RandomOwners(random, RandomStarts(random, kept), ranks);
    RunLocalRanks(ranks, [&](Communicator& communicator) {
      const Frame whole = NumberedFrame(starts);
      // From a frame that all have whole, ...
      const Frame part = RecutOverRanks(whole, from, communicator);
      EXPECT_TRUE(part.layout() == *from);
      ExpectRows(GatherFrame(part, communicator), rows);
      // ... and from one that lies over ranks.
      const Frame recut = RecutOverRanks(part, to, communicator);
      EXPECT_TRUE(recut.layout() == *to);
      for (size_t c = 0; c < to->chunks(); ++c) {
        EXPECT_EQ(bool(recut.column(0).chunk_ptr(c)),
                  to->OwnerOf(c) == static_cast<size_t>(communicator.rank()));
      }
      ExpectRows(GatherFrame(recut, communicator), kept);
    });
  }
}

TEST(MoveChunks, EveryChunkComesToItsOwner) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    const int ranks = 1 + static_cast<int>(random.Below(5));
    const auto starts = RandomStarts(random, static_cast<int64_t>(random.Below(80)));
    const Frame whole = NumberedFrame(starts);
    const LayoutPtr to = RandomOwners(random, starts, ranks);
    std::vector<uint32_t> holders;
    for (size_t c = 0; c < to->chunks(); ++c) {
      holders.push_back(random.Bernoulli(0.2)
                            ? kEverywhere
                            : static_cast<uint32_t>(random.Below(static_cast<uint64_t>(ranks))));
    }
    RunLocalRanks(ranks, [&](Communicator& communicator) {
      const auto me = static_cast<uint32_t>(communicator.rank());
      std::vector<std::vector<ChunkPtr>> chunks(2, std::vector<ChunkPtr>(to->chunks()));
      for (size_t i = 0; i < 2; ++i) {
        for (size_t c = 0; c < to->chunks(); ++c) {
          if (holders[c] == me || holders[c] == kEverywhere) {
            chunks[i][c] = whole.column(i).chunk_ptr(c);
          }
        }
      }
      auto moved = MoveChunks(chunks, holders, *to, communicator);
      const auto number = std::make_shared<const Column>(ColumnType::kInteger, std::move(moved[0]));
      const auto text = std::make_shared<const Column>(ColumnType::kString, std::move(moved[1]));
      ExpectRows(GatherFrame(Frame(to, {"n", "t", "again"}, {number, text, number}), communicator),
                 to->rows());
    });
  }
}

}  // namespace
}  // namespace thalweg
