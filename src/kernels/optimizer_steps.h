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
// Weights move by `rate` times the step; the mean of squared steps is of the whole step.
struct AdadeltaStep {
  double rho = 0.99;
  double epsilon = 1e-8;
  double rate = 1;
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

// RMSProp (Tieleman, Hinton 2012) with keep = rho, share = 1 - rho, and Adagrad (Duchi et al. 2011)
// with keep = share = 1: squares = keep * squares + share * g^2, w -= rate * g / (sqrt(squares) +
// epsilon).
struct RmspropStep {
  double rate = 0.001;
  double keep = 0.99;
  double share = 0.01;
  double epsilon = 1e-8;
  Penalties penalties = {};
};
template <class T>
void ApplyRmsprop(const RmspropStep& step, const T* gradient, T factor, T* w, T* squares,
                  size_t count);

// Adam (Kingma, Ba 2015), and AdamW (Loshchilov, Hutter 2019) by `decay`:
// mean = beta1 * mean + (1 - beta1) * g, squares = beta2 * squares + (1 - beta2) * g^2,
// w -= decay * w + rate * mean / (root_scale * sqrt(squares) + epsilon). The caller has the
// corrections for the start in it: rate / (1 - beta1^t), root_scale = 1 / sqrt(1 - beta2^t).
struct AdamStep {
  double rate = 0.001;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double root_scale = 1;
  double decay = 0;
  Penalties penalties = {};
};
template <class T>
void ApplyAdam(const AdamStep& step, const T* gradient, T factor, T* w, T* mean, T* squares,
               size_t count);

}  // namespace thalweg
