#include "learn/deeplearning/layers/dropout.h"

#include <algorithm>

#include "base/random.h"
#include "kernels/dropout.h"

namespace thalweg {

template <class T>
void DropoutLayer<T>::Forward(const Pass& pass, ConstMatrixView<T> x, MatrixView<T> y) const {
  for (size_t r = 0; r < x.rows; ++r) {
    if (pass.training) {
      // The mask is drawn again on the way back: cheaper than keeping it.
      const uint64_t key = Random(pass.seed, {pass.first_sample + r, this->index()}).Next();
      Dropout(ratio_, key, x.row(r), y.row(r), x.columns);
    } else {
      std::copy_n(x.row(r), x.columns, y.row(r));
    }
  }
}

template <class T>
void DropoutLayer<T>::Backward(const Pass& pass, ConstMatrixView<T> /*x*/, ConstMatrixView<T> /*y*/,
                               ConstMatrixView<T> dy, MatrixView<T> dx) const {
  Forward(pass, dy, dx);
}

template class DropoutLayer<float>;
template class DropoutLayer<double>;

}  // namespace thalweg
