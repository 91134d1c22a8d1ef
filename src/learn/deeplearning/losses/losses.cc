#include <algorithm>

#include "learn/deeplearning/losses/cross_entropy.h"
#include "learn/deeplearning/losses/loss.h"
#include "learn/deeplearning/losses/measured_loss.h"
#include "learn/deeplearning/losses/modified_huber.h"
#include "learn/deeplearning/losses/tweedie.h"

namespace thalweg {

template <class T>
double Loss<T>::Evaluate(ConstMatrixView<T> x, const Targets<T>& targets, MatrixView<T> dx) const {
  double sum = 0;
  for (size_t r = 0; r < x.rows; ++r) {
    const T* scores = x.row(r);
    T shifted[2];
    if (!targets.offsets.empty()) {
      std::copy_n(scores, x.columns, shifted);
      shifted[x.columns - 1] += targets.offsets[r];
      scores = shifted;
    }
    const double loss = EvaluateRow(scores, x.columns, targets, r, dx.row(r));
    if (targets.weights.empty()) {
      sum += loss;
      continue;
    }
    const T weight = targets.weights[r];
    sum += static_cast<double>(weight) * loss;
    for (size_t c = 0; c < dx.columns; ++c) dx.row(r)[c] *= weight;
  }
  return sum;
}

template <class T>
std::unique_ptr<Loss<T>> MakeLoss(LossKind kind, const LossOptions& options) {
  using Measure = ErrorMeasure<T>;
  using Shape = typename Measure::Shape;
  const Measure quadratic;
  const Measure absolute = {.shape = Shape::kAbsolute};
  const Measure huber = {.shape = Shape::kHuber, .delta = static_cast<T>(options.huber_delta)};
  const Measure quantile = {.shape = Shape::kQuantile,
                            .alpha = static_cast<T>(options.quantile_alpha)};
  switch (kind) {
    case LossKind::kCrossEntropy:
      return std::make_unique<CrossEntropy<T>>(options.label_smoothing);
    case LossKind::kQuadratic:
      return std::make_unique<ValueLoss<T>>(quadratic);
    case LossKind::kAbsolute:
      return std::make_unique<ValueLoss<T>>(absolute);
    case LossKind::kHuber:
      return std::make_unique<ValueLoss<T>>(huber);
    case LossKind::kQuantile:
      return std::make_unique<ValueLoss<T>>(quantile);
    case LossKind::kQuadraticProbabilities:
      return std::make_unique<ProbabilityLoss<T>>(quadratic);
    case LossKind::kAbsoluteProbabilities:
      return std::make_unique<ProbabilityLoss<T>>(absolute);
    case LossKind::kHuberProbabilities:
      return std::make_unique<ProbabilityLoss<T>>(huber);
    case LossKind::kTweedie:
      return std::make_unique<TweedieLoss<T>>(options.variance_power, options.factor);
    case LossKind::kModifiedHuber:
      return std::make_unique<ModifiedHuber<T>>();
    case LossKind::kQuadraticReconstruction:
      return std::make_unique<ReconstructionLoss<T>>(quadratic);
    case LossKind::kAbsoluteReconstruction:
      return std::make_unique<ReconstructionLoss<T>>(absolute);
    case LossKind::kHuberReconstruction:
      return std::make_unique<ReconstructionLoss<T>>(huber);
  }
  return nullptr;
}

template class Loss<float>;
template class Loss<double>;
template std::unique_ptr<Loss<float>> MakeLoss(LossKind, const LossOptions&);
template std::unique_ptr<Loss<double>> MakeLoss(LossKind, const LossOptions&);

}  // namespace thalweg
