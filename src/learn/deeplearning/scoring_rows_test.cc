#include "learn/deeplearning/scoring_rows.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace thalweg {
namespace {

std::vector<size_t> Counts(const std::vector<int32_t>& classes, int64_t wanted, uint64_t seed) {
  const std::vector<uint32_t> sample = SampleRowsByClass(classes, wanted, Random(seed));
  EXPECT_TRUE(std::is_sorted(sample.begin(), sample.end()));
  EXPECT_TRUE(std::adjacent_find(sample.begin(), sample.end()) == sample.end());
  std::vector<size_t> counts(3);
  for (uint32_t r : sample) ++counts[static_cast<size_t>(classes[r])];
  return counts;
}

TEST(ScoringRows, StratifiedKeepsShares) {
  std::vector<int32_t> classes;
  for (int i = 0; i < 1000; ++i) classes.push_back(i % 10 == 0 ? 1 : (i == 999 ? 2 : 0));
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(Counts(classes, 100, seed), (std::vector<size_t>{89, 10, 1}));
    EXPECT_EQ(Counts(classes, 3, seed), (std::vector<size_t>{1, 1, 1}));
    EXPECT_EQ(Counts(classes, 2, seed)[0], 2U);
    EXPECT_EQ(Counts(classes, 999, seed)[2], 1U);
  }
  EXPECT_EQ(Counts(classes, 0, 1), (std::vector<size_t>{899, 100, 1}));
  EXPECT_NE(SampleRowsByClass(classes, 100, Random(1)), SampleRowsByClass(classes, 100, Random(2)));
}

TEST(ScoringRows, UniformDrawsSoMany) {
  EXPECT_EQ(SampleRows(5, 0, Random(1)), (std::vector<uint32_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(SampleRows(5, 9, Random(1)).size(), 5U);
  EXPECT_EQ(SampleRows(50, 7, Random(1)).size(), 7U);
  EXPECT_NE(SampleRows(50, 7, Random(1)), SampleRows(50, 7, Random(2)));
}

}  // namespace
}  // namespace thalweg
