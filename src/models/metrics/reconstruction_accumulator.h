// How well an autoencoder reproduces its inputs. Accumulated and merged as in
// classification_accumulator.h.
#pragma once

#include <cstdint>
#include <span>

#include "models/metrics.h"

namespace thalweg {

// Mean over a row's inputs of the squared difference. Inputs that are NaN do not count; 0 without
// any.
double ReconstructionError(std::span<const float> inputs, std::span<const float> outputs);

class ReconstructionAccumulator {
 public:
  // A row's ReconstructionError; a row without weight does not count.
  void Add(double error, double weight = 1);
  void Merge(const ReconstructionAccumulator& other);
  // mse: the mean of rows' errors.
  Metrics Finish() const;

 private:
  int64_t rows_ = 0;
  double weight_ = 0;
  double errors_ = 0;
};

}  // namespace thalweg
