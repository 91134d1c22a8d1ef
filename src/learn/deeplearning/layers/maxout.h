// Each unit is the larger of two channels (Goodfellow et al. 2013): y[j] = max(x[j], x[j + units]).
#pragma once

#include "learn/deeplearning/layers/layer.h"

namespace thalweg {

template <class T>
class MaxoutLayer : public Layer<T> {
 public:
  MaxoutLayer(size_t units, size_t index) : Layer<T>(2 * units, units, index) {}
  void Forward(const Pass<T>& pass, ConstMatrixView<T> x, MatrixView<T> y) const override;
  void Backward(const Pass<T>& pass, ConstMatrixView<T> x, ConstMatrixView<T> y,
                ConstMatrixView<T> dy, MatrixView<T> dx) const override;
};

}  // namespace thalweg
