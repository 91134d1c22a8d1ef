#include "models/reconstruction.h"

#include <algorithm>
#include <numeric>

#include "models/metrics/reconstruction_accumulator.h"

namespace thalweg {

void ReconstructRows(const Network& network, const RowStore& store, std::span<const uint32_t> rows,
                     ThreadPool& pool, const UseReconstruction& use) {
  struct Buffers {
    InputBatch<float> batch;
    Matrix<float> inputs;
    Matrix<float> outputs;
  };
  std::vector<Buffers> buffers(pool.size());
  const InputShape& shape = network.input;
  pool.Run(ScoreBlocks(rows.size()), [&](size_t block, size_t thread) {
    Buffers& b = buffers[thread];
    if (b.batch.entries.empty()) {
      b = {InputBatch<float>(shape, kScoreBlock), Matrix<float>(kScoreBlock, shape.units()),
           Matrix<float>(kScoreBlock, shape.units())};
    }
    const size_t first = block * kScoreBlock;
    const size_t count = std::min(kScoreBlock, rows.size() - first);
    for (size_t r = 0; r < count; ++r) {
      store.Gather(rows[first + r], b.batch, r);
      float* row = b.inputs.row(r);
      std::fill_n(row, shape.units(), 0.0F);
      std::copy_n(b.batch.dense.row(r), shape.dense, row + shape.levels);
      for (const InputEntry<float>& entry : b.batch.entries[r]) row[entry.unit] = entry.value;
    }
    network.Forward(b.batch, 0, count, b.outputs.Rows(0, count));
    use(block, first, b.inputs.Rows(0, count), b.outputs.Rows(0, count));
  });
}

std::vector<double> ReconstructionErrors(const Network& network, const RowStore& store,
                                         std::span<const uint32_t> rows, ThreadPool& pool) {
  std::vector<double> errors(rows.size());
  ReconstructRows(network, store, rows, pool,
                  [&](size_t /*block*/, size_t first, ConstMatrixView<float> inputs,
                      ConstMatrixView<float> outputs) {
                    for (size_t r = 0; r < inputs.rows; ++r) {
                      errors[first + r] = ReconstructionError({inputs.row(r), inputs.columns},
                                                              {outputs.row(r), inputs.columns});
                    }
                  });
  return errors;
}

Metrics ReconstructionMetrics(std::span<const double> errors, const ActualResponses& actual,
                              std::span<const uint32_t> rows) {
  ReconstructionAccumulator all;
  for (size_t i = 0; i < rows.size(); ++i) {
    all.Add(errors[i], actual.weights.empty() ? 1 : actual.weights[rows[i]]);
  }
  return all.Finish();
}

std::vector<InputName> InputNames(const FeatureBinding& binding) {
  const std::vector<FeatureColumn>& columns = binding.encoder->columns();
  std::vector<size_t> order(columns.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return binding.positions[a] < binding.positions[b]; });
  std::vector<InputName> names;
  for (size_t i : order) {
    const FeatureColumn& c = columns[i];
    size_t unit = c.unit;
    for (std::string& name : c.UnitNames()) {
      names.push_back({.name = std::move(name),
                       .unit = unit++,
                       .scale = c.categorical ? 1 : c.scale,
                       .shift = c.categorical ? 0 : c.shift});
    }
  }
  return names;
}

}  // namespace thalweg
