// y = x where x > 0, else e^x - 1.
#pragma once

#include "learn/deeplearning/layers/layer.h"

namespace thalweg {

template <class T>
class ExpRectifierLayer : public Layer<T> {
 public:
  ExpRectifierLayer(size_t units, size_t index) : Layer<T>(units, units, index) {}
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
