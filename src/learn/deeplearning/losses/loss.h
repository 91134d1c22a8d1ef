// What the net is trained to make small.
#pragma once

#include <memory>
#include <span>

#include "kernels/matrix.h"

namespace thalweg {

// What the rows of a batch should come out as. Classification uses codes (0 … classes-1),
// regression values.
template <class T>
struct Targets {
  std::span<const int32_t> classes;
  std::span<const T> values;

  Targets Rows(size_t begin, size_t end) const {
    return {classes.empty() ? classes : classes.subspan(begin, end - begin),
            values.empty() ? values : values.subspan(begin, end - begin)};
  }
};

template <class T>
class Loss {
 public:
  virtual ~Loss() = default;
  // Returns the loss summed over the rows of the net's last values `x`, and its derivative by x.
  virtual double Evaluate(ConstMatrixView<T> x, const Targets<T>& targets,
                          MatrixView<T> dx) const = 0;
};

enum class LossKind {
  kCrossEntropy,            // -log of the softmax probability of the class
  kQuadratic,               // (x - value)^2 / 2
  kQuadraticProbabilities,  // squared distance of the softmax probabilities to the class, by 2
};
// The list.
template <class T>
std::unique_ptr<Loss<T>> MakeLoss(LossKind kind);

}  // namespace thalweg
