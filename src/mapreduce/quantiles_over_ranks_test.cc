#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "cluster/local/local_ranks.h"
#include "frame/chunk_builder.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/quantiles.h"
#include "mapreduce/weighted_quantiles.h"

namespace thalweg {
namespace {

// Cells and weights, in chunks of 1,000 rows. Long ones are not gathered at once.
Frame MakeFrame(Random& random, int64_t rows, int shape) {
  std::vector<int64_t> starts = {0};
  std::vector<ChunkPtr> cells;
  std::vector<ChunkPtr> weights;
  while (starts.back() < rows || starts.size() == 1) {
    const int64_t count = std::min<int64_t>(1000, rows - starts.back());
    std::vector<double> values(static_cast<size_t>(count));
    std::vector<double> weight(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      // Alike in their leading bits, many ties, all missing, of all magnitudes.
      values[i] = shape == 0   ? 1 + random.Uniform() * 1e-9
                  : shape == 1 ? static_cast<double>(random.Below(5)) - 2
                  : shape == 2 ? kMissingReal
                               : std::exp(random.Normal() * 50) * (random.Bernoulli(0.5) ? 1 : -1);
      if (random.Bernoulli(0.05)) values[i] = kMissingReal;
      weight[i] = random.Bernoulli(0.1) ? 0 : random.Uniform() * 3;
      if (random.Bernoulli(0.02)) weight[i] = kMissingReal;
    }
    cells.push_back(EncodeReals(values));
    weights.push_back(EncodeReals(weight));
    starts.push_back(starts.back() + count);
  }
  return Frame(std::make_shared<const Layout>(starts), {"x", "w"},
               {std::make_shared<const Column>(ColumnType::kReal, std::move(cells)),
                std::make_shared<const Column>(ColumnType::kReal, std::move(weights))});
}

void ExpectSameBits(const std::vector<double>& got, const std::vector<double>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_TRUE(std::bit_cast<uint64_t>(got[i]) == std::bit_cast<uint64_t>(wanted[i]) ||
                (std::isnan(got[i]) && std::isnan(wanted[i])))
        << got[i] << " " << wanted[i];
  }
}

TEST(QuantilesOverRanks, SameBitsAsOnOne) {
  const std::vector<double> probabilities = {0, 0.001, 0.1, 0.5, 0.77, 1};
  Random random(3);
  for (const int64_t rows : {0, 1, 5, 1001, 200'000}) {
    for (int shape = 0; shape < 4; ++shape) {
      const Frame whole = MakeFrame(random, rows, shape);
      ThreadPool pool(2);
      const auto plain = ComputeQuantiles(whole, 0, probabilities, pool);
      const auto weighted = ComputeWeightedQuantiles(whole, 0, 1, probabilities, pool);
      for (const int size : {1, 3, 5}) {
        RunLocalRanks(size, [&](Communicator& ranks) {
          ThreadPool own(2);
          const Frame part = KeepOwnChunks(whole, ranks);
          ExpectSameBits(
              ComputeQuantiles(part, 0, probabilities, own, QuantileMethod::kInterpolate, &ranks),
              plain);
          ExpectSameBits(ComputeWeightedQuantiles(part, 0, 1, probabilities, own,
                                                  QuantileMethod::kInterpolate, &ranks),
                         weighted);
        });
      }
    }
  }
}

TEST(QuantilesOverRanks, ANegativeWeightIsRefusedOnAll) {
  Random random(4);
  const Frame frame = MakeFrame(random, 5000, 3);
  RunLocalRanks(3, [&](Communicator& ranks) {
    ThreadPool pool(1);
    const Frame part = KeepOwnChunks(frame, ranks);
    EXPECT_THROW(ComputeWeightedQuantiles(part, 1, 0, std::vector<double>{0.5}, pool,
                                          QuantileMethod::kLow, &ranks),
                 UserError);
  });
}

}  // namespace
}  // namespace thalweg
