// The first layer: y = x W + b for rows of dense numbers and single entries. Zeros that are not
// stored (one-hot, sparse columns) are never multiplied. It has no way back: nothing lies before
// it.
#pragma once

#include "learn/deeplearning/layers/layer.h"
#include "models/input_batch.h"

namespace thalweg {

template <class T>
class InputLayer {
 public:
  InputLayer(const InputShape& shape, size_t outputs)
      : shape_(shape), parameters_{Matrix<T>(shape.units(), outputs), Matrix<T>(1, outputs)} {}

  const InputShape& shape() const { return shape_; }
  size_t outputs() const { return parameters_.biases.columns(); }
  Parameters<T>& parameters() { return parameters_; }
  const Parameters<T>& parameters() const { return parameters_; }

  // Rows begin … end-1 of the batch; y has one row for each.
  void Forward(const InputBatch<T>& batch, size_t begin, size_t end, MatrixView<T> y) const {
    ForwardColumns(batch, begin, end, y, 0, y.columns);
  }
  // Some columns of y, beginning at whole vectors.
  void ForwardColumns(const InputBatch<T>& batch, size_t begin, size_t end, MatrixView<T> y,
                      size_t first_column, size_t last_column) const {
    MultiplyInput<T>(batch, begin, end,
                     parameters_.weights.view().Columns(first_column, last_column),
                     parameters_.biases.view().Columns(first_column, last_column),
                     y.Columns(first_column, last_column));
  }
  // As Layer::WeightGradient, for dense inputs only: row 0 of the gradient belongs to dense input
  // first_row, which is row shape().levels + first_row of the weights.
  void DenseGradient(const InputBatch<T>& batch, ConstMatrixView<T> dy,
                     const GradientPart<T>& part) const;

 private:
  InputShape shape_;
  Parameters<T> parameters_;
};

}  // namespace thalweg
