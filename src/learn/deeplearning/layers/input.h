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

  void Forward(const InputBatch<T>& batch, size_t begin, size_t end, MatrixView<T> y) const {
    MultiplyInput(batch, begin, end, parameters_.weights, parameters_.biases, y);
  }
  // Derivatives by the weights of dense inputs begin … begin + gradient.rows - 1, which are rows
  // shape().levels + begin … of the weights; summed over the batch's first dy.rows rows.
  void DenseGradient(const InputBatch<T>& batch, ConstMatrixView<T> dy, size_t begin,
                     MatrixView<T> gradient) const;

 private:
  InputShape shape_;
  Parameters<T> parameters_;
};

}  // namespace thalweg
