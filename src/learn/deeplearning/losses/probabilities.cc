#include "learn/deeplearning/losses/probabilities.h"

#include "kernels/activations.h"

namespace thalweg {

template <class T>
double ProbabilityLoss<T>::EvaluateRow(const T* x, size_t columns, const Targets<T>& targets,
                                       size_t row, T* dx) const {
  Softmax(x, dx, columns);
  const auto actual = static_cast<size_t>(targets.classes[row]);
  // d/dx_j = p_j (s_j - sum_k p_k s_k), where s is the slope of each error.
  const auto error = [&](size_t k) { return dx[k] - (k == actual ? T{1} : T{0}); };
  double loss = 0;
  T mean = 0;
  for (size_t k = 0; k < columns; ++k) {
    loss += measure_.Cost(error(k));
    mean += dx[k] * measure_.Slope(error(k));
  }
  for (size_t k = 0; k < columns; ++k) dx[k] *= measure_.Slope(error(k)) - mean;
  return loss;
}

template class ProbabilityLoss<float>;
template class ProbabilityLoss<double>;

}  // namespace thalweg
