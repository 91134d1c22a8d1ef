// Half the deviance of the mean m = e^x, but for what does not depend on it, where the variance
// goes with a power p of the mean: p = 1 Poisson, m - y x; p = 2 gamma, x + y / m; between them
// Tweedie's, m^(2-p) / (2-p) - y m^(1-p) / (1-p). The derivative is m^(2-p) - y m^(1-p).
#pragma once

#include "learn/deeplearning/losses/loss.h"

namespace thalweg {

template <class T>
class TweedieLoss : public Loss<T> {
 public:
  TweedieLoss(double power, double factor) : power_(power), factor_(factor) {}

 private:
  double EvaluateRow(const T* x, size_t columns, const Targets<T>& targets, size_t row,
                     T* dx) const override;

  double power_;
  double factor_;
};

}  // namespace thalweg
