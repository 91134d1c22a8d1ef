// Rows as the first layer of a net takes them: dense numbers, and single entries where most inputs
// are zero (one-hot levels, cells of sparse columns).
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/matrix.h"

namespace thalweg {

// Input units stand in this order: one-hot levels, dense numbers, sparse numbers. The weights of
// the first layer have one row per unit.
struct InputShape {
  size_t levels = 0;
  size_t dense = 0;
  size_t sparse = 0;

  size_t units() const { return levels + dense + sparse; }
  bool operator==(const InputShape&) const = default;
};

template <class T>
struct InputEntry {
  uint32_t unit = 0;
  T value = 0;
};

// Thread rule: threads may write different rows at the same time.
template <class T>
struct InputBatch {
  InputBatch() = default;
  InputBatch(const InputShape& input_shape, size_t capacity)
      : shape(input_shape), dense(capacity, input_shape.dense), entries(capacity) {}

  InputShape shape;
  Matrix<T> dense;                                  // rows x shape.dense
  std::vector<std::vector<InputEntry<T>>> entries;  // per row, in ascending order of units
};

// out (rows end - begin) = biases + rows begin … end-1 of the batch times weights.
template <class T>
void MultiplyInput(const InputBatch<T>& batch, size_t begin, size_t end, ConstMatrixView<T> weights,
                   ConstMatrixView<T> biases, MatrixView<T> out);

}  // namespace thalweg
