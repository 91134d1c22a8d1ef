#include "learn/deeplearning/layers/rectifier.h"

#include "kernels/activations.h"

namespace thalweg {

template <class T>
void RectifierLayer<T>::ForwardColumns(const Pass<T>& /*pass*/, ConstMatrixView<T> x,
                                       MatrixView<T> y, size_t begin, size_t end) const {
  for (size_t r = 0; r < x.rows; ++r) {
    Rectifier(x.row(r) + begin, y.row(r) + begin, end - begin);
  }
}

template <class T>
void RectifierLayer<T>::BackwardColumns(const Pass<T>& /*pass*/, ConstMatrixView<T> /*x*/,
                                        ConstMatrixView<T> y, ConstMatrixView<T> dy,
                                        MatrixView<T> dx, size_t begin, size_t end) const {
  for (size_t r = 0; r < y.rows; ++r) {
    RectifierBackward(y.row(r) + begin, dy.row(r) + begin, dx.row(r) + begin, end - begin);
  }
}

template class RectifierLayer<float>;
template class RectifierLayer<double>;

}  // namespace thalweg
