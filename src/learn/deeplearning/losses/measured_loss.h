// Losses made of an ErrorMeasure: they differ in what counts as an error.
#pragma once

#include "learn/deeplearning/losses/error_measure.h"
#include "learn/deeplearning/losses/loss.h"

namespace thalweg {

template <class T>
class MeasuredLoss : public Loss<T> {
 public:
  explicit MeasuredLoss(const ErrorMeasure<T>& measure) : measure_(measure) {}
  void SetHuberDelta(double delta) override { measure_.delta = static_cast<T>(delta); }

 protected:
  ErrorMeasure<T> measure_;
};

// Errors of the value itself: regression with the identity link.
template <class T>
class ValueLoss : public MeasuredLoss<T> {
 public:
  using MeasuredLoss<T>::MeasuredLoss;

 private:
  double EvaluateRow(const T* x, size_t columns, const Targets<T>& targets, size_t row,
                     T* dx) const override;
};

// Errors of the softmax probabilities, whose targets are 1 for the class and else 0.
template <class T>
class ProbabilityLoss : public MeasuredLoss<T> {
 public:
  using MeasuredLoss<T>::MeasuredLoss;

 private:
  double EvaluateRow(const T* x, size_t columns, const Targets<T>& targets, size_t row,
                     T* dx) const override;
};

// Errors of an autoencoder's outputs against its inputs, zeros of one-hot and sparse ones included.
template <class T>
class ReconstructionLoss : public MeasuredLoss<T> {
 public:
  using MeasuredLoss<T>::MeasuredLoss;

 private:
  double EvaluateRow(const T* x, size_t columns, const Targets<T>& targets, size_t row,
                     T* dx) const override;
};

}  // namespace thalweg
