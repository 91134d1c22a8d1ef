#include "learn/deeplearning/losses/cross_entropy.h"

#include "kernels/activations.h"

namespace thalweg {

template <class T>
double CrossEntropy<T>::Evaluate(ConstMatrixView<T> x, const Targets<T>& targets,
                                 MatrixView<T> dx) const {
  double loss = 0;
  for (size_t r = 0; r < x.rows; ++r) {
    const auto actual = static_cast<size_t>(targets.classes[r]);
    const T log_sum = Softmax(x.row(r), dx.row(r), x.columns);
    loss += static_cast<double>(log_sum - x.row(r)[actual]);
    dx.row(r)[actual] -= 1;
  }
  return loss;
}

template class CrossEntropy<float>;
template class CrossEntropy<double>;

}  // namespace thalweg
