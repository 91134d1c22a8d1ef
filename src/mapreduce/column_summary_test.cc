#include "mapreduce/column_summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"
#include "frame/chunk_builder.h"
#include "mapreduce/rollup_cache.h"

namespace thalweg {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

ColumnPtr Reals(const std::vector<std::vector<double>>& chunks) {
  std::vector<ChunkPtr> encoded;
  for (const std::vector<double>& cells : chunks) encoded.push_back(EncodeReals(cells));
  return std::make_shared<const Column>(ColumnType::kReal, encoded);
}

ColumnSummary SummaryOf(const ColumnPtr& column) {
  ThreadPool pool(2);
  return Summarize(MeasureColumns(std::vector{column}, 0, column->chunks(), pool)[0]);
}

TEST(ColumnSummaryTest, RepeatedCellsCountEachTime) {
  const ColumnSummary s = SummaryOf(Reals({{3, 1, kMissingReal, 1}, {0, 0, 2}}));
  EXPECT_EQ(s.rows, 7);
  EXPECT_EQ(s.missing, 1);
  EXPECT_EQ(s.zeros, 2);
  EXPECT_TRUE(s.integral);
  EXPECT_EQ(s.smallest, (std::array<double, 5>{0, 0, 1, 1, 2}));
  EXPECT_EQ(s.largest, (std::array<double, 5>{3, 2, 1, 1, 0}));
}

TEST(ColumnSummaryTest, FewCellsAreFollowedByNaN) {
  const ColumnSummary s = SummaryOf(Reals({{kMissingReal, 2.5}}));
  EXPECT_FALSE(s.integral);
  EXPECT_EQ(s.smallest[0], 2.5);
  for (size_t i = 1; i < kExtremes; ++i) {
    EXPECT_TRUE(std::isnan(s.smallest[i]));
    EXPECT_TRUE(std::isnan(s.largest[i]));
  }
  EXPECT_EQ(s.mean, 2.5);
  EXPECT_TRUE(std::isnan(s.sd));
}

TEST(ColumnSummaryTest, InfiniteCellsHaveNoPartInTheMoments) {
  const ColumnSummary s =
      SummaryOf(Reals({{1, kInfinity, 3}, {-kInfinity, kInfinity}, {2, 2, 2, 2}}));
  EXPECT_EQ(s.positive_infinities, 2);
  EXPECT_EQ(s.negative_infinities, 1);
  EXPECT_DOUBLE_EQ(s.mean, 2);
  EXPECT_EQ(s.smallest, (std::array<double, 5>{1, 2, 2, 2, 2}));
}

TEST(ColumnSummaryTest, EqualsASortOfAllCells) {
  Random random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::vector<double>> chunks(1 + random.Below(4));
    std::vector<double> all;
    for (auto& chunk : chunks) {
      chunk.resize(random.Below(300));
      for (double& cell : chunk) {
        cell = random.Bernoulli(0.5) ? 0 : std::floor(random.Normal() * 10);
        all.push_back(cell);
      }
    }
    std::sort(all.begin(), all.end());
    const ColumnSummary s = SummaryOf(Reals(chunks));
    EXPECT_EQ(s.zeros, std::count(all.begin(), all.end(), 0.0));
    for (size_t i = 0; i < std::min(kExtremes, all.size()); ++i) {
      EXPECT_EQ(s.smallest[i], all[i]);
      EXPECT_EQ(s.largest[i], all[all.size() - 1 - i]);
    }
  }
}

TEST(RollupCacheTest, KnowsAColumnAsLongAsItLives) {
  RollupCache cache;
  ColumnPtr column = Reals({{1, 2}});
  EXPECT_EQ(cache.Find(column), nullptr);
  cache.Put(column, SummaryOf(column));
  EXPECT_EQ(cache.Find(column)->mean, 1.5);
  EXPECT_EQ(cache.Find(Reals({{1, 2}})), nullptr);
  for (int i = 0; i < 5000; ++i) cache.Put(Reals({{1}}), ColumnSummary());
  EXPECT_LT(cache.size(), 2000);
  EXPECT_NE(cache.Find(column), nullptr);
}

}  // namespace
}  // namespace thalweg
