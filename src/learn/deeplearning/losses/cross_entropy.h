// Softmax and cross-entropy in one: the derivative is p - 1[class].
#pragma once

#include "learn/deeplearning/losses/loss.h"

namespace thalweg {

template <class T>
class CrossEntropy : public Loss<T> {
 public:
  double Evaluate(ConstMatrixView<T> x, const Targets<T>& targets, MatrixView<T> dx) const override;
};

}  // namespace thalweg
