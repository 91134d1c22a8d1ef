// y = x W + b.
#pragma once

#include "learn/deeplearning/layers/layer.h"

namespace thalweg {

// The part of the gradient x' dy.
template <class T>
void AffineGradient(ConstMatrixView<T> x, ConstMatrixView<T> dy, const GradientPart<T>& part);

template <class T>
class AffineLayer : public Layer<T> {
 public:
  // Weights and biases start as zeros.
  AffineLayer(size_t inputs, size_t outputs, size_t index);
  bool HasIndependentColumns() const override { return true; }
  void ForwardColumns(const Pass<T>& pass, ConstMatrixView<T> x, MatrixView<T> y, size_t begin,
                      size_t end) const override;
  void BackwardColumns(const Pass<T>& pass, ConstMatrixView<T> x, ConstMatrixView<T> y,
                       ConstMatrixView<T> dy, MatrixView<T> dx, size_t begin,
                       size_t end) const override;
  Parameters<T>* parameters() override { return &parameters_; }
  void WeightGradient(ConstMatrixView<T> x, ConstMatrixView<T> dy,
                      const GradientPart<T>& part) const override {
    AffineGradient(x, dy, part);
  }

 private:
  Parameters<T> parameters_;
};

}  // namespace thalweg
