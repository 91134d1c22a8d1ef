#include "learn/deeplearning/shared_rows.h"

#include <numeric>

#include "base/random.h"
#include "mapreduce/exchange_rows.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/weighted_rollups.h"

namespace thalweg {
namespace {

// Sums over the ranks; means weighted by the rows that they are of.
void SumUp(LevelStatistics& levels, Communicator& ranks) {
  ranks.AllReduceSum(std::span<int64_t>(&levels.missing, 1));
  ranks.AllReduceSum(std::span<int64_t>(levels.counts));
  if (levels.mean_response.empty()) return;
  std::vector<double>& sums = levels.mean_response;
  for (size_t i = 0; i < sums.size(); ++i) {
    sums[i] = levels.responses[i] == 0 ? 0 : sums[i] * static_cast<double>(levels.responses[i]);
  }
  ranks.AllReduceSum(std::span<double>(sums));
  ranks.AllReduceSum(std::span<int64_t>(levels.responses));
  for (size_t i = 0; i < sums.size(); ++i) sums[i] /= static_cast<double>(levels.responses[i]);
}

}  // namespace

uint64_t SharedRows::ShareOf(uint64_t count, uint64_t turn) const {
  if (ranks == nullptr || total == 0) return count;
  // The ranks one after the other on a line as long as all rows, beginning with another in each
  // turn: each gets what lies on its piece when `count` is spread over the line.
  __extension__ using Wide = unsigned __int128;
  const auto me = static_cast<size_t>(ranks->rank());
  uint64_t before = 0;
  for (size_t r = turn % rows.size(); r != me; r = (r + 1) % rows.size()) before += rows[r];
  const auto spread = [&](uint64_t to) {
    return static_cast<uint64_t>(static_cast<Wide>(count) * to / total);
  };
  return spread(before + rows[me]) - spread(before);
}

SharedRows ShareOut(uint64_t own_rows, Communicator* ranks) {
  SharedRows shared{.ranks = ranks, .rows = {own_rows}, .total = own_rows};
  if (ranks == nullptr) return shared;
  shared.rows = OfAllRanks(shared.rows, *ranks);
  const auto me = shared.rows.begin() + ranks->rank();
  shared.first = std::accumulate(shared.rows.begin(), me, uint64_t{0});
  shared.total = std::accumulate(me, shared.rows.end(), shared.first);
  return shared;
}

std::pair<int64_t, int64_t> OwnRows(const Frame& frame, const Communicator* ranks) {
  const Layout& layout = frame.layout();
  if (ranks == nullptr) return {0, frame.rows()};
  const auto me = static_cast<size_t>(ranks->rank());
  if (layout.ranks() > 1) {
    return {layout.ChunkStart(layout.FirstChunkOf(me)),
            layout.ChunkStart(layout.FirstChunkOf(me + 1))};
  }
  const auto cut = [&](int64_t r) { return frame.rows() * r / ranks->size(); };
  return {cut(ranks->rank()), cut(ranks->rank() + 1)};
}

Frame PartOfFrame(const Frame& frame, const Communicator* ranks) {
  if (ranks == nullptr) return frame;
  if (frame.layout().ranks() > 1) return OwnPart(frame, *ranks);
  const auto [begin, end] = OwnRows(frame, ranks);
  return frame.Slice(begin, end);
}

Frame DealOut(const Frame& part, uint64_t seed, Communicator& ranks, ThreadPool& pool) {
  if (ranks.size() == 1) return part;
  Random random(seed, {static_cast<uint64_t>(ranks.rank())});
  std::vector<RankNumber> to(static_cast<size_t>(part.rows()));
  for (RankNumber& rank : to) {
    rank = static_cast<RankNumber>(random.Below(static_cast<uint64_t>(ranks.size())));
  }
  return ExchangeRows(part, to, ranks, pool);
}

void SumOverRanks(std::span<double> values, Communicator* ranks) {
  if (ranks != nullptr) ranks->AllReduceSum(values);
}

FeatureStatistics MeasureFeaturesOfAllRanks(const Frame& part, std::span<const size_t> predictors,
                                            const FeatureOptions& options, ThreadPool& pool,
                                            Communicator& ranks) {
  const Frame columns = part.Select(predictors);
  // A rank without rows has no weights.
  int64_t weights = options.weights.empty() ? 0 : 1;
  ranks.AllReduceSum(std::span<int64_t>(&weights, 1));
  FeatureStatistics statistics;
  statistics.rollups = weights > 0 ? ComputeWeightedRollups(columns, options.weights, ranks, pool)
                                   : ComputeRollups(columns, ranks, pool);
  statistics.levels.resize(predictors.size());
  if (!CountsLevels(options.categorical_encoding)) return statistics;
  for (size_t i = 0; i < predictors.size(); ++i) {
    if (columns.column(i).type() != ColumnType::kCategorical) continue;
    statistics.levels[i] = CountLevels(columns, i, options.responses);
    SumUp(statistics.levels[i], ranks);
  }
  return statistics;
}

}  // namespace thalweg
