#include "models/explain/weight_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/json.h"

namespace thalweg {
namespace {

TEST(WeightSummary, CountsWhatIsThere) {
  Matrix<float> m(2, 3);
  const float values[] = {-1, 0, 3, 0, 1, std::numeric_limits<float>::infinity()};
  for (size_t i = 0; i < 6; ++i) m(i / 3, i % 3) = values[i];
  const WeightSummary s = SummarizeWeights(m, 4);
  EXPECT_EQ(s.count, 6);
  EXPECT_EQ(s.zeros, 2);
  EXPECT_NEAR(s.mean, 0.6, 1e-12);
  EXPECT_NEAR(s.rms, std::sqrt(11 / 5.0), 1e-12);
  EXPECT_EQ(s.min, -1);
  EXPECT_EQ(s.max, 3);
  EXPECT_THAT(s.histogram.counts, testing::ElementsAre(1, 2, 1, 1));
  EXPECT_TRUE(SummarizeWeights(Matrix<float>(3, 3)).histogram.counts.empty());
}

TEST(WeightSummary, NamesLayers) {
  Network network;
  network.layers = {{Matrix<float>(4, 3), Matrix<float>(1, 3)},
                    {Matrix<float>(3, 2), Matrix<float>(1, 2)}};
  const Json layers = LayersToJson(network);
  EXPECT_EQ(layers.at(0).at("name"), "inputs to hidden 1");
  EXPECT_EQ(layers.at(1).at("name"), "hidden 1 to outputs");
  EXPECT_EQ(layers.at(0).at("weights").at("count"), 12);
}

}  // namespace
}  // namespace thalweg
