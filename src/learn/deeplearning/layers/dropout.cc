#include "learn/deeplearning/layers/dropout.h"

#include <algorithm>

#include "base/random.h"
#include "kernels/dropout.h"

namespace thalweg {

template <class T>
void DropoutLayer<T>::ForwardColumns(const Pass<T>& pass, ConstMatrixView<T> x, MatrixView<T> y,
                                     size_t begin, size_t end) const {
  for (size_t r = 0; r < x.rows; ++r) {
    const T* from = x.row(r) + begin;
    T* to = y.row(r) + begin;
    if (pass.training) {
      // The mask is drawn again on the way back: cheaper than keeping it.
      const uint64_t key = Random(pass.seed, {pass.first_sample + r, this->index()}).Next();
      Dropout(ratio_, key, begin, from, to, end - begin);
    } else {
      std::copy_n(from, end - begin, to);
    }
  }
}

template <class T>
void DropoutLayer<T>::BackwardColumns(const Pass<T>& pass, ConstMatrixView<T> /*x*/,
                                      ConstMatrixView<T> /*y*/, ConstMatrixView<T> dy,
                                      MatrixView<T> dx, size_t begin, size_t end) const {
  ForwardColumns(pass, dy, dx, begin, end);
}

template class DropoutLayer<float>;
template class DropoutLayer<double>;

}  // namespace thalweg
