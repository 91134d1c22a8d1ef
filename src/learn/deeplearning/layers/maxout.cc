#include "learn/deeplearning/layers/maxout.h"

namespace thalweg {

// Plain loops: the second channel starts at x + units, which need not be aligned.
template <class T>
void MaxoutLayer<T>::Forward(const Pass<T>& /*pass*/, ConstMatrixView<T> x, MatrixView<T> y) const {
  const size_t units = this->outputs();
  for (size_t r = 0; r < x.rows; ++r) {
    const T* first = x.row(r);
    const T* second = first + units;
    T* out = y.row(r);
    for (size_t j = 0; j < units; ++j) out[j] = first[j] > second[j] ? first[j] : second[j];
  }
}

template <class T>
void MaxoutLayer<T>::Backward(const Pass<T>& /*pass*/, ConstMatrixView<T> x,
                              ConstMatrixView<T> /*y*/, ConstMatrixView<T> dy,
                              MatrixView<T> dx) const {
  const size_t units = this->outputs();
  for (size_t r = 0; r < x.rows; ++r) {
    const T* first = x.row(r);
    const T* second = first + units;
    const T* delta = dy.row(r);
    T* out = dx.row(r);
    for (size_t j = 0; j < units; ++j) {
      const bool wins = first[j] > second[j];
      out[j] = wins ? delta[j] : T{0};
      out[j + units] = wins ? T{0} : delta[j];
    }
  }
}

template class MaxoutLayer<float>;
template class MaxoutLayer<double>;

}  // namespace thalweg
