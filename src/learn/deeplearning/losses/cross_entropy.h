// Softmax and cross-entropy in one: the derivative is p - 1[class].
#pragma once

#include "learn/deeplearning/losses/loss.h"

namespace thalweg {

template <class T>
class CrossEntropy : public Loss<T> {
  double EvaluateRow(const T* x, size_t columns, const Targets<T>& targets, size_t row,
                     T* dx) const override;
};

}  // namespace thalweg
