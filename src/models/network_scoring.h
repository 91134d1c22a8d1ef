// Rows through a net, in blocks on all threads of a pool, and how good the outcome is.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "models/metrics.h"
#include "models/network.h"
#include "models/row_store.h"

namespace thalweg {

// What a net's raw scores mean.
struct ResponseScale {
  // Classification: the levels, in the order of the scores. Empty: regression.
  std::vector<std::string> domain;
  // Two classes: rows of at least this probability of the last one are predicted so.
  double threshold = 0.5;
  // Regression: value = score * scale + mean.
  double mean = 0;
  double scale = 1;

  bool classification() const { return !domain.empty(); }
  // The predicted class: by the threshold of two, else the most probable one, the first of equals.
  size_t Predict(std::span<const float> probabilities) const;
};

// What rows of a store really are, in the order of its rows.
struct ActualResponses {
  std::vector<int32_t> classes;  // codes of the domain, or -1 where not known
  std::vector<double> values;    // NaN where not known
};

// Calls use(i, first, scores) for block i of consecutive elements of `rows` (numbers of rows in the
// store), which begin at element `first`; from any thread, in no fixed order. Scores are
// probabilities, or values. Blocks do not depend on the number of threads.
using UseScores = std::function<void(size_t block, size_t first, ConstMatrixView<float> scores)>;
void ScoreRows(const Network& network, const ResponseScale& response, const RowStore& store,
               std::span<const uint32_t> rows, ThreadPool& pool, const UseScores& use);
// Number of blocks that ScoreRows makes of so many rows.
size_t ScoreBlocks(size_t rows);

Metrics ScoreMetrics(const Network& network, const ResponseScale& response, const RowStore& store,
                     const ActualResponses& actual, std::span<const uint32_t> rows,
                     ThreadPool& pool);

}  // namespace thalweg
