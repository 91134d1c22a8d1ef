// One score x for two classes, z = x for class 1 and -x for class 0: (1 - z)^2 up to z = 1, -4 z
// below -1, else 0 (Zhang 2004). The probability of class 1 is (x + 1) / 2, within 0 and 1.
#pragma once

#include "learn/deeplearning/losses/loss.h"

namespace thalweg {

template <class T>
class ModifiedHuber : public Loss<T> {
  double EvaluateRow(const T* x, size_t /*columns*/, const Targets<T>& targets, size_t row,
                     T* dx) const override {
    const T sign = targets.classes[row] == 1 ? T{1} : T{-1};
    const T z = sign * x[0];
    if (z < -1) {
      dx[0] = -4 * sign;
      return -4 * static_cast<double>(z);
    }
    const T margin = z < 1 ? 1 - z : T{0};
    dx[0] = -2 * sign * margin;
    return static_cast<double>(margin) * static_cast<double>(margin);
  }
};

}  // namespace thalweg
