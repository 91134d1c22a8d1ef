#include "learn/deeplearning/losses/measured_loss.h"

#include <algorithm>

#include "kernels/activations.h"

namespace thalweg {

template <class T>
double ValueLoss<T>::EvaluateRow(const T* x, size_t /*columns*/, const Targets<T>& targets,
                                 size_t row, T* dx) const {
  const T error = x[0] - targets.values[row];
  dx[0] = this->measure_.Slope(error);
  return this->measure_.Cost(error);
}

template <class T>
double ProbabilityLoss<T>::EvaluateRow(const T* x, size_t columns, const Targets<T>& targets,
                                       size_t row, T* dx) const {
  const ErrorMeasure<T>& measure = this->measure_;
  Softmax(x, dx, columns);
  const auto actual = static_cast<size_t>(targets.classes[row]);
  // d/dx_j = p_j (s_j - sum_k p_k s_k), where s is the slope of each error.
  const auto error = [&](size_t k) { return dx[k] - (k == actual ? T{1} : T{0}); };
  double loss = 0;
  T mean = 0;
  for (size_t k = 0; k < columns; ++k) {
    loss += measure.Cost(error(k));
    mean += dx[k] * measure.Slope(error(k));
  }
  for (size_t k = 0; k < columns; ++k) dx[k] *= measure.Slope(error(k)) - mean;
  return loss;
}

template <class T>
double ReconstructionLoss<T>::EvaluateRow(const T* x, size_t columns, const Targets<T>& targets,
                                          size_t row, T* dx) const {
  const InputBatch<T>& inputs = *targets.inputs;
  const size_t at = targets.first_input + row;
  std::copy_n(x, columns, dx);
  const T* dense = inputs.dense.row(at);
  for (size_t j = 0; j < inputs.shape.dense; ++j) dx[inputs.shape.levels + j] -= dense[j];
  for (const InputEntry<T>& entry : inputs.entries[at]) dx[entry.unit] -= entry.value;
  double loss = 0;
  for (size_t k = 0; k < columns; ++k) {
    loss += this->measure_.Cost(dx[k]);
    dx[k] = this->measure_.Slope(dx[k]);
  }
  return loss;
}

template class ValueLoss<float>;
template class ValueLoss<double>;
template class ProbabilityLoss<float>;
template class ProbabilityLoss<double>;
template class ReconstructionLoss<float>;
template class ReconstructionLoss<double>;

}  // namespace thalweg
