#include "learn/deeplearning/losses/cross_entropy.h"

#include "kernels/activations.h"

namespace thalweg {

template <class T>
double CrossEntropy<T>::EvaluateRow(const T* x, size_t columns, const Targets<T>& targets,
                                    size_t row, T* dx) const {
  const auto actual = static_cast<size_t>(targets.classes[row]);
  const T log_sum = Softmax(x, dx, columns);
  dx[actual] -= 1;
  return static_cast<double>(log_sum - x[actual]);
}

template class CrossEntropy<float>;
template class CrossEntropy<double>;

}  // namespace thalweg
