#include "learn/deeplearning/score_over_ranks.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/error.h"
#include "learn/deeplearning/shared_rows.h"
#include "models/frame_stretches.h"
#include "models/reconstruction.h"
#include "models/stretch_metrics.h"

namespace thalweg {
namespace {

// Whole blocks, so that rows are grouped as on one rank.
struct Share {
  size_t first = 0;
  size_t count = 0;
};
Share ShareOf(size_t rows, int rank, int ranks) {
  const auto cut = [&](int r) {
    const size_t block = ScoreBlocks(rows) * static_cast<size_t>(r) / static_cast<size_t>(ranks);
    return std::min(rows, block * kScoreBlock);
  };
  return {cut(rank), cut(rank + 1) - cut(rank)};
}

template <class T>
std::string BytesOf(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <class T>
std::vector<T> Received(Communicator& ranks, int from) {
  const std::string bytes = ranks.Receive(from);
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

template <class T>
std::vector<T> Received(Communicator& ranks, int from, size_t count) {
  std::vector<T> values = Received<T>(ranks, from);
  Check(values.size() == count, "a rank scores its share");
  return values;
}

// One row after the other.
std::vector<float> Scores(const Network& network, const ResponseScale& response,
                          const RowStore& store, std::span<const double> offsets,
                          std::span<const uint32_t> rows, ThreadPool& pool) {
  const size_t columns = response.predictions();
  std::vector<float> scores(rows.size() * columns);
  ScoreRows(
      network, response, store, rows, pool,
      [&](size_t /*block*/, size_t first, ConstMatrixView<float> view) {
        for (size_t r = 0; r < view.rows; ++r) {
          std::copy_n(view.row(r), columns, scores.begin() + (first + r) * columns);
        }
      },
      offsets);
  return scores;
}

}  // namespace

Metrics ScoreOverRanks(const Network& network, const ResponseScale& response, const RowStore& store,
                       const ActualResponses& actual, std::span<const uint32_t> rows,
                       ThreadPool& pool, Communicator* ranks) {
  if (ranks == nullptr || ranks->size() == 1) {
    return ScoreMetrics(network, response, store, actual, rows, pool);
  }
  const Share own = ShareOf(rows.size(), ranks->rank(), ranks->size());
  const std::span<const uint32_t> own_rows = rows.subspan(own.first, own.count);
  if (response.autoencoder()) {
    std::vector<double> errors = ReconstructionErrors(network, store, own_rows, pool);
    if (ranks->rank() != 0) {
      ranks->Send(0, BytesOf(errors));
      return {};
    }
    for (int rank = 1; rank < ranks->size(); ++rank) {
      const Share share = ShareOf(rows.size(), rank, ranks->size());
      const auto more = Received<double>(*ranks, rank, share.count);
      errors.insert(errors.end(), more.begin(), more.end());
    }
    return ReconstructionMetrics(errors, actual, rows);
  }
  const size_t columns = response.predictions();
  std::vector<float> scores = Scores(network, response, store, actual.offsets, own_rows, pool);
  if (ranks->rank() != 0) {
    ranks->Send(0, BytesOf(scores));
    return {};
  }
  StretchMetrics metrics(response, {.best_threshold = true});
  const ActualResponses chosen = Chosen(actual, rows);
  metrics.Begin(rows.size(), chosen);
  for (int rank = 0; rank < ranks->size(); ++rank) {
    const Share share = ShareOf(rows.size(), rank, ranks->size());
    if (rank > 0) scores = Received<float>(*ranks, rank, share.count * columns);
    metrics.AddBlocks(share.first, {scores.data(), share.count, columns, columns}, pool);
  }
  metrics.End();
  return metrics.Finish(pool);
}

Metrics ScoreParts(const Network& network, const ResponseScale& response, const RowStore& store,
                   const ActualResponses& actual, std::span<const uint32_t> own_rows,
                   ThreadPool& pool, Communicator& ranks) {
  ActualResponses terms = Chosen(actual, own_rows);
  if (response.autoencoder()) {
    std::vector<double> errors = ReconstructionErrors(network, store, own_rows, pool);
    errors = OfAllRanks(errors, ranks);
    terms.weights = OfAllRanks(terms.weights, ranks);
    return ReconstructionMetrics(errors, terms, AllRows(errors.size()));
  }
  const size_t columns = response.predictions();
  std::vector<float> scores = Scores(network, response, store, actual.offsets, own_rows, pool);
  if (ranks.rank() != 0) {
    ranks.Send(0, BytesOf(scores));
    ranks.Send(0, BytesOf(terms.classes));
    ranks.Send(0, BytesOf(terms.values));
    ranks.Send(0, BytesOf(terms.weights));
    return {};
  }
  StretchMetrics metrics(response, {.best_threshold = true});
  for (int rank = 0; rank < ranks.size(); ++rank) {
    if (rank > 0) {
      scores = Received<float>(ranks, rank);
      terms.classes = Received<int32_t>(ranks, rank);
      terms.values = Received<double>(ranks, rank);
      terms.weights = Received<double>(ranks, rank);
    }
    const size_t rows = scores.size() / columns;
    metrics.Begin(rows, terms);
    metrics.AddBlocks(0, {scores.data(), rows, columns, columns}, pool);
    metrics.End();
  }
  return metrics.Finish(pool);
}

}  // namespace thalweg
