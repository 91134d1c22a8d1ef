// What the net is trained to make small.
#pragma once

#include <memory>
#include <span>

#include "kernels/matrix.h"
#include "models/input_batch.h"

namespace thalweg {

// What the rows of a batch should come out as. Classification uses codes (0 … classes-1),
// regression values, autoencoders the inputs.
template <class T>
struct Targets {
  std::span<const int32_t> classes = {};
  std::span<const T> values = {};
  std::span<const T> weights = {};  // of the rows; empty: all 1
  std::span<const T> offsets = {};  // added to the last score (of at most two); empty: all 0
  const InputBatch<T>* inputs = nullptr;
  size_t first_input = 0;  // the row of `inputs` that belongs to the first row
};

template <class T>
class Loss {
 public:
  virtual ~Loss() = default;
  // Returns the loss summed over the rows of the net's last values `x`, and its derivative by x;
  // rows count by their weights.
  double Evaluate(ConstMatrixView<T> x, const Targets<T>& targets, MatrixView<T> dx) const;

  // Where errors begin to count linearly; of the Huber losses alone.
  virtual void SetHuberDelta(double /*delta*/) {}

 private:
  // The same for one row, whose offset is in x.
  virtual double EvaluateRow(const T* x, size_t columns, const Targets<T>& targets, size_t row,
                             T* dx) const = 0;
};

// Of an error e = value - target:
//   kQuadratic  e^2 / 2
//   kAbsolute   |e|
//   kHuber      e^2 / 2 up to delta, delta (|e| - delta / 2) beyond (Huber 1964)
//   kQuantile   -alpha e below the target, (1 - alpha) e above (Koenker, Bassett 1978)
enum class LossKind {
  kCrossEntropy,  // -log of the softmax probability of the class
  kQuadratic,     // of the value
  kAbsolute,
  kHuber,
  kQuantile,
  kQuadraticProbabilities,  // of each softmax probability, the target being 1 for the class, else 0
  kAbsoluteProbabilities,
  kHuberProbabilities,
  kTweedie,                  // half the deviance of the mean e^x: Poisson, gamma, and between
  kModifiedHuber,            // one score for two classes (Zhang 2004)
  kQuadraticReconstruction,  // of each input
  kAbsoluteReconstruction,
  kHuberReconstruction,
};

constexpr bool NeedsClasses(LossKind kind) {
  return kind == LossKind::kCrossEntropy || kind == LossKind::kQuadraticProbabilities ||
         kind == LossKind::kAbsoluteProbabilities || kind == LossKind::kHuberProbabilities ||
         kind == LossKind::kModifiedHuber;
}
constexpr bool IsReconstruction(LossKind kind) {
  return kind >= LossKind::kQuadraticReconstruction;
}

constexpr bool HasHuberDelta(LossKind kind) {
  return kind == LossKind::kHuber || kind == LossKind::kHuberProbabilities ||
         kind == LossKind::kHuberReconstruction;
}

struct LossOptions {
  double huber_delta = 1;
  double quantile_alpha = 0.5;
  double variance_power = 1.5;  // kTweedie: 1 is Poisson, 2 gamma
  double factor = 1;            // kTweedie: the loss is multiplied by this
  double label_smoothing = 0;   // kCrossEntropy
};

// The list.
template <class T>
std::unique_ptr<Loss<T>> MakeLoss(LossKind kind, const LossOptions& options);

}  // namespace thalweg
