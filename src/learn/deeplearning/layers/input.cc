#include "learn/deeplearning/layers/input.h"

#include "kernels/gemm.h"

namespace thalweg {

template <class T>
void InputLayer<T>::DenseGradient(const InputBatch<T>& batch, ConstMatrixView<T> dy, size_t begin,
                                  MatrixView<T> gradient) const {
  const ConstMatrixView<T> part = {batch.dense.data() + begin, dy.rows, gradient.rows,
                                   batch.dense.stride()};
  GemmTransposedA<T>(part, dy, gradient, GemmMode::kReplace);
}

template class InputLayer<float>;
template class InputLayer<double>;

}  // namespace thalweg
