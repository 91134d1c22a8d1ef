#include "learn/deeplearning/layers/input.h"

#include "kernels/gemm.h"

namespace thalweg {

template <class T>
void InputLayer<T>::DenseGradient(const InputBatch<T>& batch, ConstMatrixView<T> dy,
                                  size_t first_row, size_t first_column,
                                  MatrixView<T> gradient) const {
  const ConstMatrixView<T> x = batch.dense.Rows(0, dy.rows);
  GemmTransposedA<T>(x.Columns(first_row, first_row + gradient.rows),
                     dy.Columns(first_column, first_column + gradient.columns), gradient,
                     GemmMode::kReplace);
}

template class InputLayer<float>;
template class InputLayer<double>;

}  // namespace thalweg
