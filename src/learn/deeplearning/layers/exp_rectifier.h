// y = x where x > 0, else e^x - 1.
#pragma once

#include "learn/deeplearning/layers/layer.h"

namespace thalweg {

template <class T>
class ExpRectifierLayer : public Layer<T> {
 public:
  ExpRectifierLayer(size_t units, size_t index) : Layer<T>(units, units, index) {}
  void Forward(const Pass& pass, ConstMatrixView<T> x, MatrixView<T> y) const override;
  void Backward(const Pass& pass, ConstMatrixView<T> x, ConstMatrixView<T> y, ConstMatrixView<T> dy,
                MatrixView<T> dx) const override;
};

}  // namespace thalweg
