// Rows through a net, in blocks on all threads of a pool, and how good the outcome is.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "models/distribution.h"
#include "models/metrics.h"
#include "models/metrics/classification_accumulator.h"
#include "models/metrics/regression_accumulator.h"
#include "models/network.h"
#include "models/row_store.h"

namespace thalweg {

// What a net's raw scores mean.
struct ResponseScale {
  // Classification: the levels, in the order of the scores. Empty: regression.
  std::vector<std::string> domain;
  Distribution distribution;
  // Two classes: rows of at least this probability of the last one are predicted so.
  double threshold = 0.5;
  // But for the threshold: while training, it is that of the largest F1.
  ClassificationOptions metrics;
  // Regression with the identity link: value = score * scale + mean + offset. Log link: e^(score +
  // offset). Two classes: the offset is added to the score of the second.
  double mean = 0;
  double scale = 1;
  // One score f for two classes; the probability of the second is (f + 1) / 2, within 0 and 1.
  bool modified_huber = false;
  // Classification: probabilities are multiplied by these, and brought to the sum 1; where training
  // rows were sampled by class, this brings the priors back. Empty: none.
  std::vector<double> class_factors;
  // Autoencoders: the input units, which are what comes out. Else 0.
  size_t reconstructed = 0;
  // Columns beside the predictors; empty: none.
  std::string weights_column;
  std::string offset_column;

  bool classification() const { return !domain.empty(); }
  bool autoencoder() const { return reconstructed > 0; }
  // The predicted class: by the threshold of two, else the most probable one, the first of equals.
  size_t Predict(std::span<const float> probabilities) const;
  // Scores of the net.
  size_t outputs() const {
    if (autoencoder()) return reconstructed;
    return classification() && !modified_huber ? domain.size() : size_t{1};
  }
  // What comes out of them: probabilities, or a value.
  size_t predictions() const { return classification() ? domain.size() : size_t{1}; }
};

// What a row adds to the residual deviance.
Deviance DevianceOf(const Distribution& distribution);

// From the scores of one row to its predictions, in place.
void FinishScores(const ResponseScale& response, double offset, float* row);

// What rows of a store really are, in the order of its rows.
struct ActualResponses {
  std::vector<int32_t> classes;  // codes of the domain, or -1 where not known
  std::vector<double> values;    // NaN where not known
  std::vector<double> weights;   // empty: all 1
  std::vector<double> offsets;   // empty: all 0
};

// Calls use(i, first, scores) for block i of consecutive elements of `rows` (numbers of rows in the
// store), which begin at element `first`; from any thread, in no fixed order. Scores are
// probabilities, or values. Blocks do not depend on the number of threads. `offsets` has one number
// per row of the store; empty: all 0.
using UseScores = std::function<void(size_t block, size_t first, ConstMatrixView<float> scores)>;
void ScoreRows(const Network& network, const ResponseScale& response, const RowStore& store,
               std::span<const uint32_t> rows, ThreadPool& pool, const UseScores& use,
               std::span<const double> offsets = {});
// Number of blocks that ScoreRows makes of so many rows: of kScoreBlock, but for the
// last.
inline constexpr size_t kScoreBlock = 256;
size_t ScoreBlocks(size_t rows);

// Those of these rows, in their order.
ActualResponses Chosen(const ActualResponses& actual, std::span<const uint32_t> rows);

Metrics ScoreMetrics(const Network& network, const ResponseScale& response, const RowStore& store,
                     const ActualResponses& actual, std::span<const uint32_t> rows,
                     ThreadPool& pool);

}  // namespace thalweg
