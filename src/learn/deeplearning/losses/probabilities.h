// Errors of the softmax probabilities, whose targets are 1 for the class and else 0.
#pragma once

#include "learn/deeplearning/losses/error_measure.h"
#include "learn/deeplearning/losses/loss.h"

namespace thalweg {

template <class T>
class ProbabilityLoss : public Loss<T> {
 public:
  explicit ProbabilityLoss(const ErrorMeasure<T>& measure) : measure_(measure) {}
  void SetHuberDelta(double delta) override { measure_.delta = static_cast<T>(delta); }

 private:
  double EvaluateRow(const T* x, size_t columns, const Targets<T>& targets, size_t row,
                     T* dx) const override;

  ErrorMeasure<T> measure_;
};

}  // namespace thalweg
