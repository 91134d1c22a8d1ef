#include "mapreduce/quantiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "frame/chunk_builder.h"
#include "mapreduce/gathered_for_test.h"

namespace thalweg {
namespace {

Frame FrameOf(const std::vector<double>& cells, size_t chunk_rows) {
  std::vector<int64_t> starts = {0};
  std::vector<ChunkPtr> chunks;
  for (size_t begin = 0; begin < cells.size(); begin += chunk_rows) {
    const size_t count = std::min(chunk_rows, cells.size() - begin);
    chunks.push_back(EncodeReals(std::span(cells).subspan(begin, count)));
    starts.push_back(static_cast<int64_t>(begin + count));
  }
  return Frame(std::make_shared<const Layout>(starts), {"x"},
               {std::make_shared<const Column>(ColumnType::kReal, std::move(chunks))});
}

std::vector<double> Sorted(std::vector<double> cells) {
  std::erase_if(cells, [](double c) { return std::isnan(c); });
  std::sort(cells.begin(), cells.end());
  return cells;
}

std::vector<double> QuantilesOnTestRanks(const Frame& frame, size_t column,
                                         std::span<const double> probabilities, ThreadPool& pool,
                                         QuantileMethod method = QuantileMethod::kInterpolate) {
  if (TestRanks() == 1) return ComputeQuantiles(frame, column, probabilities, pool, method);
  std::vector<std::vector<double>> quantiles(static_cast<size_t>(TestRanks()));
  RunLocalRanks(TestRanks(), [&](Communicator& ranks) {
    ThreadPool own(pool.size());
    quantiles[static_cast<size_t>(ranks.rank())] =
        ComputeQuantiles(KeepOwnChunks(frame, ranks), column, probabilities, own, method, &ranks);
  });
  for (const auto& other : quantiles) {
    for (size_t i = 0; i < other.size(); ++i) {
      EXPECT_EQ(std::bit_cast<uint64_t>(other[i]), std::bit_cast<uint64_t>(quantiles[0][i]));
    }
  }
  return quantiles[0];
}

double Naive(const std::vector<double>& cells, double probability, QuantileMethod method) {
  const double at = probability * static_cast<double>(cells.size() - 1);
  const double low = cells[static_cast<size_t>(std::floor(at))];
  const double high = cells[static_cast<size_t>(std::ceil(at))];
  const double fraction = at - std::floor(at);
  if (fraction == 0 || low == high) return low;
  switch (method) {
    case QuantileMethod::kInterpolate:
      return low + fraction * (high - low);
    case QuantileMethod::kAverage:
      return low / 2 + high / 2;
    case QuantileMethod::kLow:
      return low;
    case QuantileMethod::kHigh:
      return high;
  }
  return 0;
}

TEST(QuantilesTest, AgreeWithSorting) {
  Random random(1);
  const std::vector<double> probabilities = {0, 0.001, 0.1, 0.25, 1.0 / 3, 0.5, 0.75, 0.99, 1};
  for (int trial = 0; trial < 14; ++trial) {
    const int shape = trial % 7;
    // Long ones are not gathered at once.
    std::vector<double> cells(1 + random.Below(trial < 7 ? 5000 : 300'000));
    for (double& cell : cells) {
      cell = shape == 0   ? random.Normal()
             : shape == 1 ? static_cast<double>(random.Below(10)) - 5
             : shape == 2 ? (random.Bernoulli(0.05) ? random.Normal() : 0)
             : shape == 3 ? (random.Bernoulli(0.2) ? kMissingReal : random.Uniform())
             : shape == 4 ? std::bit_cast<double>(random.Next())
             : shape == 5 ? 7.5
                          : 1e9 + random.Uniform();
      if (shape == 4 && !std::isfinite(cell)) cell = -1;
    }
    const std::vector<double> sorted = Sorted(cells);
    ThreadPool pool(static_cast<size_t>(1 + trial % 3));
    const Frame frame = FrameOf(cells, cells.size() > 5000 ? 30'000 : 512);
    for (const QuantileMethod method : {QuantileMethod::kInterpolate, QuantileMethod::kAverage,
                                        QuantileMethod::kLow, QuantileMethod::kHigh}) {
      const std::vector<double> quantiles =
          QuantilesOnTestRanks(frame, 0, probabilities, pool, method);
      for (size_t i = 0; i < probabilities.size(); ++i) {
        EXPECT_EQ(quantiles[i], Naive(sorted, probabilities[i], method))
            << "shape " << shape << ", probability " << probabilities[i];
      }
    }
  }
}

TEST(QuantilesTest, InfinitiesAreTheEnds) {
  ThreadPool pool(1);
  const std::vector<double> cells = {INFINITY, 3, -INFINITY};
  EXPECT_EQ(QuantilesOnTestRanks(FrameOf(cells, 3), 0, std::vector<double>{0, 0.5, 1}, pool),
            (std::vector<double>{-INFINITY, 3, INFINITY}));
}

TEST(QuantilesTest, NothingToRank) {
  ThreadPool pool(1);
  const std::vector<double> half = {0.5};
  EXPECT_TRUE(
      std::isnan(QuantilesOnTestRanks(FrameOf({kMissingReal, kMissingReal}, 1), 0, half, pool)[0]));
  EXPECT_THROW(QuantilesOnTestRanks(FrameOf({1.0}, 1), 0, std::vector<double>{1.5}, pool),
               UserError);
  const Frame text(std::make_shared<const Layout>(std::vector<int64_t>{0, 1}), {"t"},
                   {std::make_shared<const Column>(
                       ColumnType::kString,
                       std::vector<ChunkPtr>{EncodeStrings(std::vector<std::string_view>{"a"})})});
  EXPECT_THROW(QuantilesOnTestRanks(text, 0, half, pool), UserError);
}

}  // namespace
}  // namespace thalweg
