// Updates of weights and optimizer state by one gradient, for T = float and double. Everything is
// done in one pass over the memory, element by element: w, the state and the gradient are rows of
// the same `count`, rounded up to whole vectors (padding as Matrix has it; it stays zero).
//
// The gradient of element i is factor * gradient[i] + l2 * w[i] + l1 * sign(w[i]).
#pragma once

#include <cstddef>

namespace thalweg {

struct Penalties {
  double l1 = 0;
  double l2 = 0;
};

// ADADELTA (Zeiler 2012): no learning rate. State: running means of the squared gradients and of
// the squared steps. Where epsilon >= 1e-15, float steps have a relative error of at most 2^-21
// (reciprocal square root by approximation and one Newton step); else division and root are used.
struct AdadeltaStep {
  double rho = 0.99;
  double epsilon = 1e-8;
  Penalties penalties = {};
};
template <class T>
void ApplyAdadelta(const AdadeltaStep& step, const T* gradient, T factor, T* w, T* mean_squares,
                   T* mean_square_steps, size_t count);

// Gradient descent with momentum: velocity = momentum * velocity - rate * g, w += velocity; with
// Nesterov's acceleration w += momentum * velocity - rate * g (Sutskever et al. 2013, in the form
// of Bengio et al. 2013, where gradients are taken at the weights as stored).
struct MomentumStep {
  double rate = 0.005;
  double momentum = 0;
  bool nesterov = true;
  Penalties penalties = {};
};
template <class T>
void ApplyMomentum(const MomentumStep& step, const T* gradient, T factor, T* w, T* velocity,
                   size_t count);
// The same with momentum 0, which needs no state.
template <class T>
void ApplyDescent(const MomentumStep& step, const T* gradient, T factor, T* w, size_t count);

}  // namespace thalweg
