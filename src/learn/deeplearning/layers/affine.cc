#include "learn/deeplearning/layers/affine.h"

#include <algorithm>

#include "kernels/gemm.h"

namespace thalweg {

template <class T>
AffineLayer<T>::AffineLayer(size_t inputs, size_t outputs, size_t index)
    : Layer<T>(inputs, outputs, index),
      parameters_{Matrix<T>(inputs, outputs), Matrix<T>(1, outputs)} {}

template <class T>
void AffineLayer<T>::ForwardColumns(const Pass<T>& /*pass*/, ConstMatrixView<T> x, MatrixView<T> y,
                                    size_t begin, size_t end) const {
  const MatrixView<T> part = y.Columns(begin, end);
  for (size_t r = 0; r < x.rows; ++r) {
    std::copy_n(parameters_.biases.data() + begin, PaddedCount<T>(end - begin), part.row(r));
  }
  Gemm<T>(x, parameters_.weights.view().Columns(begin, end), part, GemmMode::kAccumulate);
}

template <class T>
void AffineLayer<T>::BackwardColumns(const Pass<T>& /*pass*/, ConstMatrixView<T> /*x*/,
                                     ConstMatrixView<T> /*y*/, ConstMatrixView<T> dy,
                                     MatrixView<T> dx, size_t begin, size_t end) const {
  GemmTransposedB<T>(dy, parameters_.weights.Rows(begin, end), dx.Columns(begin, end),
                     GemmMode::kReplace);
}

template <class T>
void AffineGradient(ConstMatrixView<T> x, ConstMatrixView<T> dy, const GradientPart<T>& part) {
  const MatrixView<T>& gradient = part.gradient;
  const ConstMatrixView<T> inputs = x.Columns(part.first_row, part.first_row + gradient.rows);
  if (part.packed_dy != nullptr) {
    GemmTransposedA<T>(inputs, *part.packed_dy, gradient, GemmMode::kReplace, part.upcoming);
  } else {
    GemmTransposedA<T>(inputs, dy.Columns(part.first_column, part.first_column + gradient.columns),
                       gradient, GemmMode::kReplace, part.upcoming);
  }
}

template void AffineGradient(ConstMatrixView<float>, ConstMatrixView<float>,
                             const GradientPart<float>&);
template void AffineGradient(ConstMatrixView<double>, ConstMatrixView<double>,
                             const GradientPart<double>&);
template class AffineLayer<float>;
template class AffineLayer<double>;

}  // namespace thalweg
