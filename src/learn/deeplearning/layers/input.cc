#include "learn/deeplearning/layers/input.h"

#include "learn/deeplearning/layers/affine.h"

namespace thalweg {

template <class T>
void InputLayer<T>::DenseGradient(const InputBatch<T>& batch, ConstMatrixView<T> dy,
                                  const GradientPart<T>& part) const {
  AffineGradient<T>(batch.dense.Rows(0, dy.rows), dy, part);
}

template class InputLayer<float>;
template class InputLayer<double>;

}  // namespace thalweg
