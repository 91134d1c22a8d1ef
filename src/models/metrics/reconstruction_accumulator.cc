#include "models/metrics/reconstruction_accumulator.h"

#include <cmath>

namespace thalweg {

double ReconstructionError(std::span<const float> inputs, std::span<const float> outputs) {
  double squares = 0;
  size_t known = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (std::isnan(inputs[i])) continue;
    const double difference = static_cast<double>(inputs[i]) - outputs[i];
    squares += difference * difference;
    ++known;
  }
  return known == 0 ? 0 : squares / static_cast<double>(known);
}

void ReconstructionAccumulator::Add(double error, double weight) {
  if (!(weight > 0)) return;
  ++rows_;
  weight_ += weight;
  errors_ += weight * error;
}

void ReconstructionAccumulator::Merge(const ReconstructionAccumulator& other) {
  rows_ += other.rows_;
  weight_ += other.weight_;
  errors_ += other.errors_;
}

Metrics ReconstructionAccumulator::Finish() const {
  Metrics metrics;
  metrics.rows = rows_;
  metrics.mse = errors_ / weight_;
  metrics.rmse = std::sqrt(metrics.mse);
  return metrics;
}

}  // namespace thalweg
