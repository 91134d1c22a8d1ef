#include "learn/deeplearning/huber_delta.h"

#include <algorithm>
#include <cmath>

#include "models/reconstruction.h"

namespace thalweg {
namespace {

// Of each input of each row.
std::vector<double> ReconstructionErrors(const Network& network, const TrainingData& data,
                                         std::span<const uint32_t> rows, ThreadPool& pool) {
  const size_t units = network.input.units();
  std::vector<double> errors(rows.size() * units);
  ReconstructRows(network, *data.training.store, rows, pool,
                  [&](size_t /*block*/, size_t first, ConstMatrixView<float> inputs,
                      ConstMatrixView<float> outputs) {
                    for (size_t r = 0; r < inputs.rows; ++r) {
                      for (size_t k = 0; k < units; ++k) {
                        errors[(first + r) * units + k] =
                            std::abs(static_cast<double>(outputs.row(r)[k]) -
                                     static_cast<double>(inputs.row(r)[k]));
                      }
                    }
                  });
  return errors;
}

}  // namespace

double HuberDelta(const Network& network, const TrainingData& data, double huber_alpha,
                  ThreadPool& pool) {
  constexpr size_t kMostRows = 10'000;
  const ResponseRows& training = data.training;
  const size_t all = training.store->rows();
  // Of those of all ranks, this rank's share.
  const SharedRows& shared = data.shared_training;
  const auto count = static_cast<size_t>(
      std::min<uint64_t>(all, shared.ShareOf(std::min<uint64_t>(shared.total, kMostRows), 0)));
  std::vector<uint32_t> rows(count);
  for (size_t i = 0; i < count; ++i) rows[i] = static_cast<uint32_t>(i * all / count);
  if (data.response.autoencoder()) {
    std::vector<double> errors = ReconstructionErrors(network, data, rows, pool);
    if (shared.ranks != nullptr) errors = OfAllRanks(errors, *shared.ranks);
    return WeightedQuantile(std::move(errors), {}, huber_alpha);
  }
  const size_t columns = data.response.predictions();
  std::vector<double> errors(count * columns), weights;
  ScoreRows(
      network, data.response, *training.store, rows, pool,
      [&](size_t /*block*/, size_t first, ConstMatrixView<float> scores) {
        for (size_t r = 0; r < scores.rows; ++r) {
          const uint32_t row = rows[first + r];
          for (size_t k = 0; k < columns; ++k) {
            double target = 0;
            if (!data.response.classification()) {
              target = training.actual.values[row];
            } else if (k == static_cast<size_t>(training.actual.classes[row])) {
              target = 1;
            }
            errors[(first + r) * columns + k] = std::abs(scores.row(r)[k] - target);
          }
        }
      },
      training.actual.offsets);
  for (uint32_t row : rows) {
    if (!training.actual.weights.empty()) {
      weights.insert(weights.end(), columns, training.actual.weights[row]);
    }
  }
  if (shared.ranks != nullptr) {
    errors = OfAllRanks(errors, *shared.ranks);
    weights = OfAllRanks(weights, *shared.ranks);
  }
  return WeightedQuantile(std::move(errors), std::move(weights), huber_alpha);
}

}  // namespace thalweg
