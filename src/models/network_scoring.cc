#include "models/network_scoring.h"

#include <algorithm>

#include "kernels/activations.h"
#include "models/metrics/classification_accumulator.h"
#include "models/metrics/regression_accumulator.h"
#include "models/reconstruction.h"
#include "models/stretch_metrics.h"

namespace thalweg {

size_t ResponseScale::Predict(std::span<const float> probabilities) const {
  if (probabilities.size() == 2) return probabilities[1] >= threshold ? 1 : 0;
  return static_cast<size_t>(std::max_element(probabilities.begin(), probabilities.end()) -
                             probabilities.begin());
}

void FinishScores(const ResponseScale& response, double offset, float* row) {
  if (!response.classification()) {
    const double score = row[0];
    row[0] = static_cast<float>(response.distribution.HasLogLink()
                                    ? response.distribution.InverseLink(score + offset)
                                    : score * response.scale + response.mean + offset);
    return;
  }
  const size_t classes = response.domain.size();
  if (response.modified_huber) {
    const double p = std::clamp((row[0] + offset + 1) / 2, 0.0, 1.0);
    row[0] = static_cast<float>(1 - p);
    row[1] = static_cast<float>(p);
  } else {
    row[classes - 1] += static_cast<float>(offset);
    Softmax(row, row, classes);
  }
  if (response.class_factors.empty()) return;
  double sum = 0;
  for (size_t k = 0; k < classes; ++k) sum += response.class_factors[k] * row[k];
  for (size_t k = 0; sum > 0 && k < classes; ++k) {
    row[k] = static_cast<float>(response.class_factors[k] * row[k] / sum);
  }
}

Deviance DevianceOf(const Distribution& distribution) {
  return [distribution](double actual, double predicted) {
    return distribution.Deviance(1, actual, predicted);
  };
}

size_t ScoreBlocks(size_t rows) { return (rows + kScoreBlock - 1) / kScoreBlock; }

void ScoreRows(const Network& network, const ResponseScale& response, const RowStore& store,
               std::span<const uint32_t> rows, ThreadPool& pool, const UseScores& use,
               std::span<const double> offsets) {
  struct Buffers {
    InputBatch<float> batch;
    Matrix<float> scores;
  };
  std::vector<Buffers> buffers(pool.size());
  pool.Run(ScoreBlocks(rows.size()), [&](size_t block, size_t thread) {
    Buffers& b = buffers[thread];
    if (b.batch.entries.empty()) {
      b = {InputBatch<float>(network.input, kScoreBlock),
           Matrix<float>(kScoreBlock, response.predictions())};
    }
    const size_t first = block * kScoreBlock;
    const size_t count = std::min(kScoreBlock, rows.size() - first);
    for (size_t r = 0; r < count; ++r) store.Gather(rows[first + r], b.batch, r);
    const MatrixView<float> scores = b.scores.Rows(0, count);
    network.Forward(b.batch, 0, count, scores.Columns(0, network.outputs()));
    for (size_t r = 0; r < count; ++r) {
      FinishScores(response, offsets.empty() ? 0 : offsets[rows[first + r]], scores.row(r));
    }
    use(block, first, scores);
  });
}

ActualResponses Chosen(const ActualResponses& actual, std::span<const uint32_t> rows) {
  ActualResponses chosen;
  const auto choose = [&](const auto& from, auto& to) {
    if (from.empty()) return;
    for (const uint32_t row : rows) to.push_back(from[row]);
  };
  choose(actual.classes, chosen.classes);
  choose(actual.values, chosen.values);
  choose(actual.weights, chosen.weights);
  choose(actual.offsets, chosen.offsets);
  return chosen;
}

Metrics ScoreMetrics(const Network& network, const ResponseScale& response, const RowStore& store,
                     const ActualResponses& actual, std::span<const uint32_t> rows,
                     ThreadPool& pool) {
  if (response.autoencoder()) {
    return ReconstructionMetrics(ReconstructionErrors(network, store, rows, pool), actual, rows);
  }
  StretchMetrics metrics(response, {.best_threshold = true});
  const ActualResponses chosen = Chosen(actual, rows);
  metrics.Begin(rows.size(), chosen);
  ScoreRows(
      network, response, store, rows, pool,
      [&](size_t block, size_t first, ConstMatrixView<float> scores) {
        metrics.Add(block, first, scores);
      },
      actual.offsets);
  metrics.End();
  return metrics.Finish(pool);
}

}  // namespace thalweg
