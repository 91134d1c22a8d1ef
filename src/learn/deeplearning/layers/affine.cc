#include "learn/deeplearning/layers/affine.h"

#include <algorithm>

#include "kernels/gemm.h"

namespace thalweg {

template <class T>
AffineLayer<T>::AffineLayer(size_t inputs, size_t outputs, size_t index)
    : Layer<T>(inputs, outputs, index),
      parameters_{Matrix<T>(inputs, outputs), Matrix<T>(1, outputs)} {}

template <class T>
void AffineLayer<T>::ForwardColumns(const Pass& /*pass*/, ConstMatrixView<T> x, MatrixView<T> y,
                                    size_t begin, size_t end) const {
  const MatrixView<T> part = y.Columns(begin, end);
  for (size_t r = 0; r < x.rows; ++r) {
    std::copy_n(parameters_.biases.data() + begin, PaddedCount<T>(end - begin), part.row(r));
  }
  Gemm<T>(x, parameters_.weights.view().Columns(begin, end), part, GemmMode::kAccumulate);
}

template <class T>
void AffineLayer<T>::BackwardColumns(const Pass& /*pass*/, ConstMatrixView<T> /*x*/,
                                     ConstMatrixView<T> /*y*/, ConstMatrixView<T> dy,
                                     MatrixView<T> dx, size_t begin, size_t end) const {
  GemmTransposedB<T>(dy, parameters_.weights.Rows(begin, end), dx.Columns(begin, end),
                     GemmMode::kReplace);
}

template <class T>
void AffineLayer<T>::WeightGradient(ConstMatrixView<T> x, ConstMatrixView<T> dy, size_t first_row,
                                    size_t first_column, MatrixView<T> gradient) const {
  GemmTransposedA<T>(x.Columns(first_row, first_row + gradient.rows),
                     dy.Columns(first_column, first_column + gradient.columns), gradient,
                     GemmMode::kReplace);
}

template class AffineLayer<float>;
template class AffineLayer<double>;

}  // namespace thalweg
