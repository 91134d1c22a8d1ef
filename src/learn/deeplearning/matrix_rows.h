// Training rows held in plain memory, for tests and for callers that have matrices.
#pragma once

#include <vector>

#include "learn/deeplearning/training_rows.h"

namespace thalweg {

// One row per element of `entries` (which may all be empty); classes or values as the loss needs.
template <class T>
struct MatrixRows : TrainingRows<T> {
  InputShape input;
  Matrix<T> dense;
  std::vector<std::vector<InputEntry<T>>> entries;
  std::vector<int32_t> classes;
  std::vector<T> values;
  std::vector<T> weights;  // may be empty
  std::vector<T> offsets;  // may be empty

  size_t rows() const override { return entries.size(); }
  const InputShape& shape() const override { return input; }
  void Gather(size_t row, InputBatch<T>& batch, size_t at) const override {
    for (size_t j = 0; j < input.dense; ++j) batch.dense(at, j) = dense(row, j);
    batch.entries[at] = entries[row];
  }
  int32_t Class(size_t row) const override { return classes[row]; }
  T Value(size_t row) const override { return values[row]; }
  bool HasWeights() const override { return !weights.empty(); }
  bool HasOffsets() const override { return !offsets.empty(); }
  T Weight(size_t row) const override { return weights[row]; }
  T Offset(size_t row) const override { return offsets[row]; }
};

}  // namespace thalweg
