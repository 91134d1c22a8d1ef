// Hidden dropout: in training, y = x / (1 - ratio) or 0; in scoring, y = x (see kernels/dropout.h).
#pragma once

#include "learn/deeplearning/layers/layer.h"

namespace thalweg {

template <class T>
class DropoutLayer : public Layer<T> {
 public:
  DropoutLayer(size_t units, double ratio, size_t index)
      : Layer<T>(units, units, index), ratio_(ratio) {}
  bool BackwardInPlace() const override { return true; }
  bool HasIndependentColumns() const override { return true; }
  void ForwardColumns(const Pass<T>& pass, ConstMatrixView<T> x, MatrixView<T> y, size_t begin,
                      size_t end) const override;
  void BackwardColumns(const Pass<T>& pass, ConstMatrixView<T> x, ConstMatrixView<T> y,
                       ConstMatrixView<T> dy, MatrixView<T> dx, size_t begin,
                       size_t end) const override;

 private:
  double ratio_;
};

}  // namespace thalweg
