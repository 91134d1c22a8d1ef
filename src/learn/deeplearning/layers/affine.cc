#include "learn/deeplearning/layers/affine.h"

#include <algorithm>

#include "kernels/gemm.h"

namespace thalweg {

template <class T>
AffineLayer<T>::AffineLayer(size_t inputs, size_t outputs, size_t index)
    : Layer<T>(inputs, outputs, index),
      parameters_{Matrix<T>(inputs, outputs), Matrix<T>(1, outputs)} {}

template <class T>
void AffineLayer<T>::Forward(const Pass& /*pass*/, ConstMatrixView<T> x, MatrixView<T> y) const {
  for (size_t r = 0; r < x.rows; ++r) {
    std::copy_n(parameters_.biases.data(), PaddedCount<T>(y.columns), y.row(r));
  }
  Gemm<T>(x, parameters_.weights.view(), y, GemmMode::kAccumulate);
}

template <class T>
void AffineLayer<T>::Backward(const Pass& /*pass*/, ConstMatrixView<T> /*x*/,
                              ConstMatrixView<T> /*y*/, ConstMatrixView<T> dy,
                              MatrixView<T> dx) const {
  GemmTransposedB<T>(dy, parameters_.weights.view(), dx, GemmMode::kReplace);
}

template <class T>
void AffineLayer<T>::WeightGradient(ConstMatrixView<T> x, ConstMatrixView<T> dy, size_t begin,
                                    MatrixView<T> gradient) const {
  const ConstMatrixView<T> part = {x.data + begin, x.rows, gradient.rows, x.stride};
  GemmTransposedA<T>(part, dy, gradient, GemmMode::kReplace);
}

template class AffineLayer<float>;
template class AffineLayer<double>;

}  // namespace thalweg
