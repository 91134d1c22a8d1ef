// Squared errors: of the value itself (regression), or of the softmax probabilities.
#pragma once

#include "learn/deeplearning/losses/loss.h"

namespace thalweg {

template <class T>
class Quadratic : public Loss<T> {
 public:
  double Evaluate(ConstMatrixView<T> x, const Targets<T>& targets, MatrixView<T> dx) const override;
};

template <class T>
class QuadraticProbabilities : public Loss<T> {
 public:
  double Evaluate(ConstMatrixView<T> x, const Targets<T>& targets, MatrixView<T> dx) const override;
};

}  // namespace thalweg
