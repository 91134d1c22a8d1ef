// Errors of the value itself: regression with the identity link.
#pragma once

#include "learn/deeplearning/losses/error_measure.h"
#include "learn/deeplearning/losses/loss.h"

namespace thalweg {

template <class T>
class ValueLoss : public Loss<T> {
 public:
  explicit ValueLoss(const ErrorMeasure<T>& measure) : measure_(measure) {}
  void SetHuberDelta(double delta) override { measure_.delta = static_cast<T>(delta); }

 private:
  double EvaluateRow(const T* x, size_t /*columns*/, const Targets<T>& targets, size_t row,
                     T* dx) const override {
    const T error = x[0] - targets.values[row];
    dx[0] = measure_.Slope(error);
    return measure_.Cost(error);
  }

  ErrorMeasure<T> measure_;
};

}  // namespace thalweg
