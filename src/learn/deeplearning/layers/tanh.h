// y = tanh(x).
#pragma once

#include "learn/deeplearning/layers/layer.h"

namespace thalweg {

template <class T>
class TanhLayer : public Layer<T> {
 public:
  TanhLayer(size_t units, size_t index) : Layer<T>(units, units, index) {}
  void Forward(const Pass& pass, ConstMatrixView<T> x, MatrixView<T> y) const override;
  void Backward(const Pass& pass, ConstMatrixView<T> x, ConstMatrixView<T> y, ConstMatrixView<T> dy,
                MatrixView<T> dx) const override;
};

}  // namespace thalweg
