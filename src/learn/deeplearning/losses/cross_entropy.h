// Softmax and cross-entropy in one: the derivative is p - q, where q is 1 for the class and 0
// else; smoothed, the share `smoothing` of q is spread evenly over all classes (Szegedy et al.
// 2016).
#pragma once

#include "learn/deeplearning/losses/loss.h"

namespace thalweg {

template <class T>
class CrossEntropy : public Loss<T> {
 public:
  explicit CrossEntropy(double smoothing) : smoothing_(static_cast<T>(smoothing)) {}

 private:
  double EvaluateRow(const T* x, size_t columns, const Targets<T>& targets, size_t row,
                     T* dx) const override;

  T smoothing_;
};

}  // namespace thalweg
