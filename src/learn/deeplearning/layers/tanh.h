// y = tanh(x).
#pragma once

#include "learn/deeplearning/layers/layer.h"

namespace thalweg {

template <class T>
class TanhLayer : public Layer<T> {
 public:
  TanhLayer(size_t units, size_t index) : Layer<T>(units, units, index) {}
  bool ForwardInPlace() const override { return true; }
  bool BackwardInPlace() const override { return true; }
  bool HasIndependentColumns() const override { return true; }
  void ForwardColumns(const Pass<T>& pass, ConstMatrixView<T> x, MatrixView<T> y, size_t begin,
                      size_t end) const override;
  void BackwardColumns(const Pass<T>& pass, ConstMatrixView<T> x, ConstMatrixView<T> y,
                       ConstMatrixView<T> dy, MatrixView<T> dx, size_t begin,
                       size_t end) const override;
};

}  // namespace thalweg
