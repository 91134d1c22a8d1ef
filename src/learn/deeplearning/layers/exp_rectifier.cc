#include "learn/deeplearning/layers/exp_rectifier.h"

#include "kernels/activations.h"

namespace thalweg {

template <class T>
void ExpRectifierLayer<T>::ForwardColumns(const Pass<T>& /*pass*/, ConstMatrixView<T> x,
                                          MatrixView<T> y, size_t begin, size_t end) const {
  for (size_t r = 0; r < x.rows; ++r) {
    ExpRectifier(x.row(r) + begin, y.row(r) + begin, end - begin);
  }
}

template <class T>
void ExpRectifierLayer<T>::BackwardColumns(const Pass<T>& /*pass*/, ConstMatrixView<T> /*x*/,
                                           ConstMatrixView<T> y, ConstMatrixView<T> dy,
                                           MatrixView<T> dx, size_t begin, size_t end) const {
  for (size_t r = 0; r < y.rows; ++r) {
    ExpRectifierBackward(y.row(r) + begin, dy.row(r) + begin, dx.row(r) + begin, end - begin);
  }
}

template class ExpRectifierLayer<float>;
template class ExpRectifierLayer<double>;

}  // namespace thalweg
