// How much an error costs: the measures that losses of values, of probabilities and of
// reconstructions share.
#pragma once

#include <algorithm>
#include <cmath>

namespace thalweg {

// As in LossKind; e = value - target.
template <class T>
struct ErrorMeasure {
  enum class Shape { kQuadratic, kAbsolute, kHuber, kQuantile };
  Shape shape = Shape::kQuadratic;
  T delta = 1;  // kHuber
  T alpha = 0;  // kQuantile

  double Cost(T e) const {
    const auto error = static_cast<double>(e);
    const double size = std::abs(error);
    switch (shape) {
      case Shape::kAbsolute:
        return size;
      case Shape::kHuber:
        if (e > delta || e < -delta) {
          return static_cast<double>(delta) * (size - 0.5 * static_cast<double>(delta));
        }
        break;
      case Shape::kQuantile:
        return static_cast<double>(e < 0 ? alpha : 1 - alpha) * size;
      case Shape::kQuadratic:
        break;
    }
    return 0.5 * error * error;
  }

  // The derivative of the cost.
  T Slope(T e) const {
    switch (shape) {
      case Shape::kAbsolute:
        return static_cast<T>((e > 0) - (e < 0));
      case Shape::kHuber:
        return std::clamp(e, -delta, delta);
      case Shape::kQuantile:
        return e < 0 ? -alpha : (e > 0 ? 1 - alpha : T{0});
      case Shape::kQuadratic:
        break;
    }
    return e;
  }
};

}  // namespace thalweg
