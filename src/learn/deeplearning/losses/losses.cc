#include "learn/deeplearning/losses/cross_entropy.h"
#include "learn/deeplearning/losses/loss.h"
#include "learn/deeplearning/losses/quadratic.h"

namespace thalweg {

template <class T>
std::unique_ptr<Loss<T>> MakeLoss(LossKind kind) {
  switch (kind) {
    case LossKind::kCrossEntropy:
      return std::make_unique<CrossEntropy<T>>();
    case LossKind::kQuadratic:
      return std::make_unique<Quadratic<T>>();
    case LossKind::kQuadraticProbabilities:
      return std::make_unique<QuadraticProbabilities<T>>();
  }
  return nullptr;
}

template std::unique_ptr<Loss<float>> MakeLoss(LossKind);
template std::unique_ptr<Loss<double>> MakeLoss(LossKind);

}  // namespace thalweg
