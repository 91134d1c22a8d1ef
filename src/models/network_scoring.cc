#include "models/network_scoring.h"

#include <algorithm>

#include "kernels/activations.h"
#include "models/metrics/classification_accumulator.h"
#include "models/metrics/regression_accumulator.h"

namespace thalweg {
namespace {
constexpr size_t kBlock = 256;
}

size_t ResponseScale::Predict(std::span<const float> probabilities) const {
  if (probabilities.size() == 2) return probabilities[1] >= threshold ? 1 : 0;
  return static_cast<size_t>(std::max_element(probabilities.begin(), probabilities.end()) -
                             probabilities.begin());
}

size_t ScoreBlocks(size_t rows) { return (rows + kBlock - 1) / kBlock; }

void ScoreRows(const Network& network, const ResponseScale& response, const RowStore& store,
               std::span<const uint32_t> rows, ThreadPool& pool, const UseScores& use) {
  struct Buffers {
    InputBatch<float> batch;
    Matrix<float> scores;
  };
  std::vector<Buffers> buffers(pool.size());
  pool.Run(ScoreBlocks(rows.size()), [&](size_t block, size_t thread) {
    Buffers& b = buffers[thread];
    if (b.batch.entries.empty()) {
      b = {InputBatch<float>(network.input, kBlock), Matrix<float>(kBlock, network.outputs())};
    }
    const size_t first = block * kBlock;
    const size_t count = std::min(kBlock, rows.size() - first);
    for (size_t r = 0; r < count; ++r) store.Gather(rows[first + r], b.batch, r);
    const MatrixView<float> scores = b.scores.Rows(0, count);
    network.Forward(b.batch, 0, count, scores);
    for (size_t r = 0; r < count; ++r) {
      float* row = scores.row(r);
      if (response.classification()) {
        Softmax(row, row, scores.columns);
      } else {
        row[0] = static_cast<float>(row[0] * response.scale + response.mean);
      }
    }
    use(block, first, scores);
  });
}

Metrics ScoreMetrics(const Network& network, const ResponseScale& response, const RowStore& store,
                     const ActualResponses& actual, std::span<const uint32_t> rows,
                     ThreadPool& pool) {
  const size_t blocks = ScoreBlocks(rows.size());
  if (response.classification()) {
    ClassificationAccumulator all(response.domain.size());
    std::vector<ClassificationAccumulator> parts(blocks, all);
    ScoreRows(
        network, response, store, rows, pool,
        [&](size_t block, size_t first, ConstMatrixView<float> scores) {
          for (size_t r = 0; r < scores.rows; ++r) {
            parts[block].Add(actual.classes[rows[first + r]], {scores.row(r), scores.columns});
          }
        });
    for (const ClassificationAccumulator& part : parts) all.Merge(part);
    return all.Finish(response.domain);
  }
  RegressionAccumulator all;
  std::vector<RegressionAccumulator> parts(blocks);
  ScoreRows(network, response, store, rows, pool,
            [&](size_t block, size_t first, ConstMatrixView<float> scores) {
              for (size_t r = 0; r < scores.rows; ++r) {
                parts[block].Add(actual.values[rows[first + r]], scores.row(r)[0]);
              }
            });
  for (const RegressionAccumulator& part : parts) all.Merge(part);
  return all.Finish();
}

}  // namespace thalweg
