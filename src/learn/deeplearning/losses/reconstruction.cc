#include "learn/deeplearning/losses/reconstruction.h"

#include <algorithm>

namespace thalweg {

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
    loss += measure_.Cost(dx[k]);
    dx[k] = measure_.Slope(dx[k]);
  }
  return loss;
}

template class ReconstructionLoss<float>;
template class ReconstructionLoss<double>;

}  // namespace thalweg
