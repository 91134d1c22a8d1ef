#include "learn/deeplearning/layers/exp_rectifier.h"

#include "kernels/activations.h"

namespace thalweg {

template <class T>
void ExpRectifierLayer<T>::Forward(const Pass& /*pass*/, ConstMatrixView<T> x,
                                   MatrixView<T> y) const {
  for (size_t r = 0; r < x.rows; ++r) thalweg::ExpRectifier(x.row(r), y.row(r), x.columns);
}

template <class T>
void ExpRectifierLayer<T>::Backward(const Pass& /*pass*/, ConstMatrixView<T> /*x*/,
                                    ConstMatrixView<T> y, ConstMatrixView<T> dy,
                                    MatrixView<T> dx) const {
  for (size_t r = 0; r < y.rows; ++r) {
    thalweg::ExpRectifierBackward(y.row(r), dy.row(r), dx.row(r), y.columns);
  }
}

template class ExpRectifierLayer<float>;
template class ExpRectifierLayer<double>;

}  // namespace thalweg
