#include "learn/deeplearning/layers/rectifier.h"

#include "kernels/activations.h"

namespace thalweg {

template <class T>
void RectifierLayer<T>::Forward(const Pass& /*pass*/, ConstMatrixView<T> x, MatrixView<T> y) const {
  for (size_t r = 0; r < x.rows; ++r) thalweg::Rectifier(x.row(r), y.row(r), x.columns);
}

template <class T>
void RectifierLayer<T>::Backward(const Pass& /*pass*/, ConstMatrixView<T> /*x*/,
                                 ConstMatrixView<T> y, ConstMatrixView<T> dy,
                                 MatrixView<T> dx) const {
  for (size_t r = 0; r < y.rows; ++r) {
    thalweg::RectifierBackward(y.row(r), dy.row(r), dx.row(r), y.columns);
  }
}

template class RectifierLayer<float>;
template class RectifierLayer<double>;

}  // namespace thalweg
