#include "learn/deeplearning/losses/quadratic.h"

#include "kernels/activations.h"

namespace thalweg {

template <class T>
double Quadratic<T>::Evaluate(ConstMatrixView<T> x, const Targets<T>& targets,
                              MatrixView<T> dx) const {
  double loss = 0;
  for (size_t r = 0; r < x.rows; ++r) {
    const T residual = x.row(r)[0] - targets.values[r];
    dx.row(r)[0] = residual;
    loss += 0.5 * static_cast<double>(residual) * static_cast<double>(residual);
  }
  return loss;
}

template <class T>
double QuadraticProbabilities<T>::Evaluate(ConstMatrixView<T> x, const Targets<T>& targets,
                                           MatrixView<T> dx) const {
  double loss = 0;
  for (size_t r = 0; r < x.rows; ++r) {
    T* p = dx.row(r);
    Softmax(x.row(r), p, x.columns);
    const auto actual = static_cast<size_t>(targets.classes[r]);
    // d/dx_j = p_j (e_j - sum_k p_k e_k), e = p - 1[class]
    T mean = 0;
    for (size_t k = 0; k < x.columns; ++k) {
      const T error = p[k] - (k == actual ? 1 : 0);
      mean += p[k] * error;
      loss += 0.5 * static_cast<double>(error) * static_cast<double>(error);
    }
    for (size_t k = 0; k < x.columns; ++k) p[k] *= p[k] - (k == actual ? 1 : 0) - mean;
  }
  return loss;
}

template class Quadratic<float>;
template class Quadratic<double>;
template class QuadraticProbabilities<float>;
template class QuadraticProbabilities<double>;

}  // namespace thalweg
