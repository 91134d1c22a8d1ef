#include "models/metrics/score_distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "models/metrics/roc.h"
#include "models/metrics/score_key.h"

namespace thalweg {
namespace {

using internal::ScoreKey;
using internal::ScoreOfKey;

TEST(ScoreKey, KeepsOrderAndComesBack) {
  Random random(1);
  std::vector<float> scores = {0,
                               1e-45F,
                               1e-38F,
                               0.25F,
                               std::nextafterf(0.5F, 0),
                               0.5F,
                               std::nextafterf(0.5F, 1),
                               0.75F,
                               std::nextafterf(1, 0),
                               1};
  for (int i = 0; i < 2000; ++i) {
    const auto p = static_cast<float>(1 / (1 + std::exp(random.Normal() * 20)));
    scores.push_back(p);
    scores.push_back(std::min(1.0F, std::nextafterf(p, 2)));
  }
  std::sort(scores.begin(), scores.end());
  for (size_t i = 0; i < scores.size(); ++i) {
    EXPECT_EQ(ScoreOfKey(ScoreKey(scores[i])), double{scores[i]});
    EXPECT_EQ(ScoreKey(scores[i]) >> internal::kScoreKeyBits, 0U);
    if (i > 0) {
      EXPECT_EQ(ScoreKey(scores[i - 1]) < ScoreKey(scores[i]), scores[i - 1] < scores[i]);
    }
  }
  EXPECT_EQ(ScoreKey(-0.0F), ScoreKey(0));
  EXPECT_EQ(ScoreKey(1.0000001F), ScoreKey(1));
  EXPECT_EQ(ScoreKey(-1), ScoreKey(0));
}

struct Row {
  float score;
  size_t actual;
};

enum class Shape { kLogistic, kSaturated, kRare, kNarrow, kMixed };

std::vector<Row> RandomRows(size_t count, Shape shape, uint64_t seed) {
  Random random(seed);
  std::vector<Row> rows;
  for (size_t i = 0; i < count; ++i) {
    const size_t actual = random.Bernoulli(shape == Shape::kRare ? 0.001 : 0.3) ? 1 : 0;
    const double better = static_cast<double>(actual) * 1.5 + random.Normal();
    double p = 1 / (1 + std::exp(-better));
    if (shape == Shape::kSaturated) p = 1 / (1 + std::exp(-12 * better));
    if (shape == Shape::kRare) p = 1 / (1 + std::exp(7 - better));
    if (shape == Shape::kNarrow) p = 0.3 + 1e-3 * better;
    if (shape == Shape::kMixed && random.Bernoulli(0.5)) p = 0.3 + 1e-3 * better;
    rows.push_back({static_cast<float>(p), actual});
  }
  return rows;
}

class ScoreDistributionShapes : public testing::TestWithParam<Shape> {};

// Ten times as many distinct scores as cells.
TEST_P(ScoreDistributionShapes, AreaStaysCloseWithFewCells) {
  ScoreDistribution exact(2, size_t{1} << 30);
  ScoreDistribution small(2, size_t{1} << 15);
  for (const Row& row : RandomRows(300'000, GetParam(), 2)) {
    exact.Add(row.score, row.actual, 1);
    small.Add(row.score, row.actual, 1);
  }
  EXPECT_EQ(exact.dropped_bits(), 0);
  EXPECT_LE(small.Entries().size(), size_t{1} << 15);
  // Half of the scores in a thousandth of the range, and the other half everywhere: the hardest.
  const double close = GetParam() == Shape::kMixed ? 1e-4 : 1e-5;
  EXPECT_NEAR(Auc(small.Cells()), Auc(exact.Cells()), close);
  EXPECT_NEAR(AveragePrecision(small.Cells()), AveragePrecision(exact.Cells()), 4 * close);
  EXPECT_NEAR(KolmogorovSmirnov(small.Cells()), KolmogorovSmirnov(exact.Cells()), 1e-3);
}

// Thresholds of coarse cells part the rows as they say.
TEST_P(ScoreDistributionShapes, CountsAboveThresholdsAreExact) {
  const std::vector<Row> rows = RandomRows(30'000, GetParam(), 3);
  ScoreDistribution small(2, 500);
  for (const Row& row : rows) small.Add(row.score, row.actual, 1);
  double above = 0;
  size_t seen = 0;
  for (const ScoreCell& cell : small.Cells()) {
    above += cell.positives + cell.negatives;
    if (++seen % 10 != 0) continue;
    const auto expected = std::count_if(
        rows.begin(), rows.end(), [&](const Row& row) { return double{row.score} >= cell.score; });
    EXPECT_EQ(above, static_cast<double>(expected));
  }
  EXPECT_GT(seen, 100U);
}

TEST_P(ScoreDistributionShapes, DoesNotDependOnOrderOrParts) {
  std::vector<Row> rows = RandomRows(200'000, GetParam(), 4);
  ScoreDistribution whole(2, 3000);
  for (const Row& row : rows) whole.Add(row.score, row.actual, 1);
  Random(5).Shuffle(std::span(rows));
  for (size_t block : {size_t{1000}, size_t{70'000}, size_t{199'999}}) {
    ScoreDistribution all(2, 3000);
    for (size_t begin = 0; begin < rows.size(); begin += block) {
      ScoreDistribution part(2, 3000);
      for (size_t i = begin; i < std::min(rows.size(), begin + block); ++i) {
        part.Add(rows[i].score, rows[i].actual, 1);
      }
      all.Merge(part);
    }
    const auto a = all.Entries();
    const auto b = whole.Entries();
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) {
      ASSERT_EQ(a[i].score, b[i].score);
      ASSERT_EQ(a[i].actual, b[i].actual);
      ASSERT_EQ(a[i].weight, b[i].weight);
    }
  }
}

// Rows of weight 1 wait in a shorter form than others; whatever comes between, cells are the same.
TEST_P(ScoreDistributionShapes, WeightsAndPoolsMakeNoDifference) {
  const std::vector<Row> rows = RandomRows(150'000, GetParam(), 6);
  ThreadPool pool(3);
  for (size_t capacity : {size_t{2000}, size_t{1} << 20}) {
    ScoreDistribution ones(2, capacity), mixed(2, capacity), part(2, capacity);
    for (size_t i = 0; i < rows.size(); ++i) {
      const bool twice = i > 30'000 && i % 7 == 0;
      for (int k = 0; k < (twice ? 2 : 1); ++k) ones.Add(rows[i].score, rows[i].actual, 1);
      part.Add(rows[i].score, rows[i].actual, twice ? 2 : 1);
      if (i % 20'000 != 0) continue;
      mixed.Merge(part);
      part = ScoreDistribution(2, capacity);
    }
    mixed.Merge(part);
    const std::vector<ScoreCell> wanted = ones.Cells();
    for (const auto& cells : {ones.Cells(&pool), mixed.Cells(), mixed.Cells(&pool)}) {
      ASSERT_EQ(cells.size(), wanted.size());
      for (size_t i = 0; i < cells.size(); ++i) {
        ASSERT_EQ(cells[i].score, wanted[i].score);
        ASSERT_EQ(cells[i].negatives, wanted[i].negatives);
        ASSERT_EQ(cells[i].positives, wanted[i].positives);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ScoreDistributionShapes,
                         testing::Values(Shape::kLogistic, Shape::kSaturated, Shape::kRare,
                                         Shape::kNarrow, Shape::kMixed));

TEST(ScoreDistribution, ClassesAreNeverJoined) {
  ScoreDistribution all(5, 4);
  for (size_t k = 0; k < 5; ++k) {
    all.Add(0.25F, k, 1);
    all.Add(0.25F, k, 0.5);
    all.Add(0.125F, 4 - k, 2);
  }
  // Ten cells do not fit into four, however coarse the scores.
  const auto entries = all.Entries();
  ASSERT_EQ(entries.size(), 5U);
  for (size_t k = 0; k < 5; ++k) {
    EXPECT_EQ(entries[k].actual, k);
    EXPECT_EQ(entries[k].weight, 3.5);
  }
}

}  // namespace
}  // namespace thalweg
