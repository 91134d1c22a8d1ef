#include "learn/deeplearning/losses/cross_entropy.h"

#include "kernels/activations.h"

namespace thalweg {

template <class T>
double CrossEntropy<T>::EvaluateRow(const T* x, size_t columns, const Targets<T>& targets,
                                    size_t row, T* dx) const {
  const auto actual = static_cast<size_t>(targets.classes[row]);
  const T log_sum = Softmax(x, dx, columns);
  dx[actual] -= 1 - smoothing_;
  auto loss = static_cast<double>(log_sum - (1 - smoothing_) * x[actual]);
  if (smoothing_ == 0) return loss;
  const T share = smoothing_ / static_cast<T>(columns);
  for (size_t c = 0; c < columns; ++c) {
    loss -= static_cast<double>(share * x[c]);
    dx[c] -= share;
  }
  return loss;
}

template class CrossEntropy<float>;
template class CrossEntropy<double>;

}  // namespace thalweg
