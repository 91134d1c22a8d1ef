// Autoencoders: rows beside what the net makes of them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "models/feature_encoder.h"
#include "models/network.h"
#include "models/network_scoring.h"
#include "models/row_store.h"

namespace thalweg {

// As UseScores, with the inputs (one number per input unit, zeros included)
// beside the outputs.
using UseReconstruction = std::function<void(
    size_t block, size_t first, ConstMatrixView<float> inputs, ConstMatrixView<float> outputs)>;
void ReconstructRows(const Network& network, const RowStore& store, std::span<const uint32_t> rows,
                     ThreadPool& pool, const UseReconstruction& use);

// ReconstructionError of each of the rows, in their order.
std::vector<double> ReconstructionErrors(const Network& network, const RowStore& store,
                                         std::span<const uint32_t> rows, ThreadPool& pool);
// mse: the mean of these errors of the rows, by weight.
Metrics ReconstructionMetrics(std::span<const double> errors, const ActualResponses& actual,
                              std::span<const uint32_t> rows);

// One input unit, for people.
struct InputName {
  std::string name;  // of the column, or column.level, column.missing(NA)
  size_t unit = 0;
  // value = (input - shift) / scale
  double scale = 1;
  double shift = 0;
};
// All input units by the order of their columns in the binding's frame.
std::vector<InputName> InputNames(const FeatureBinding& binding);

}  // namespace thalweg
