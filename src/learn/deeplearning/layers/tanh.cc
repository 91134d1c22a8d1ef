#include "learn/deeplearning/layers/tanh.h"

#include "kernels/activations.h"

namespace thalweg {

template <class T>
void TanhLayer<T>::Forward(const Pass& /*pass*/, ConstMatrixView<T> x, MatrixView<T> y) const {
  for (size_t r = 0; r < x.rows; ++r) thalweg::Tanh(x.row(r), y.row(r), x.columns);
}

template <class T>
void TanhLayer<T>::Backward(const Pass& /*pass*/, ConstMatrixView<T> /*x*/, ConstMatrixView<T> y,
                            ConstMatrixView<T> dy, MatrixView<T> dx) const {
  for (size_t r = 0; r < y.rows; ++r) {
    thalweg::TanhBackward(y.row(r), dy.row(r), dx.row(r), y.columns);
  }
}

template class TanhLayer<float>;
template class TanhLayer<double>;

}  // namespace thalweg
