// Stochastic gradient descent with momentum. After n samples, layer l (from 0) has the rate
// rate * schedule.Factor(n) * rate_decay^l; momentum rises linearly from momentum_start to
// momentum_stable over momentum_ramp samples.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "learn/deeplearning/optimizers/optimizer.h"

namespace thalweg {

template <class T>
class Sgd : public Optimizer<T> {
 public:
  Sgd(const OptimizerOptions& options, std::span<const ParameterBlock<T>> blocks)
      : options_(options),
        has_momentum_(options.momentum_start > 0 || options.momentum_stable > 0) {
    for (const ParameterBlock<T>& block : blocks) {
      MomentumStep step = {.nesterov = options.nesterov};
      if (block.penalized) step.penalties = {options.l1, options.l2};
      Matrix<T> velocity;
      if (has_momentum_) velocity = Matrix<T>(block.values->rows(), block.values->columns());
      const double decay = std::pow(options.rate_decay, static_cast<double>(block.layer));
      blocks_.push_back({block.values, step, decay, std::move(velocity)});
    }
  }

  void BeginStep(double samples, size_t /*updates*/) override {
    const double rate = options_.rate * options_.schedule.Factor(samples) * this->reduction();
    double momentum = options_.momentum_stable;
    if (samples < options_.momentum_ramp) {
      momentum = options_.momentum_start + (options_.momentum_stable - options_.momentum_start) *
                                               samples / options_.momentum_ramp;
    }
    for (Block& block : blocks_) {
      block.step.rate = rate * block.decay;
      block.step.momentum = momentum;
    }
  }
  void Update(size_t block, size_t row, size_t column, const T* gradient, T factor,
              size_t count) override {
    Block& b = blocks_[block];
    T* values = b.values->row(row) + column;
    if (has_momentum_) {
      ApplyMomentum(b.step, gradient, factor, values, b.velocity.row(row) + column, count);
    } else {
      ApplyDescent(b.step, gradient, factor, values, count);
    }
  }
  Upcoming<T> Touched(size_t block, size_t row, size_t column) override {
    Block& b = blocks_[block];
    const T* velocity = has_momentum_ ? b.velocity.row(row) + column : nullptr;
    return {{b.values->row(row) + column, velocity, nullptr}, b.values->stride()};
  }
  double RateOf(size_t block, size_t /*row*/, size_t /*column*/) const override {
    return blocks_[block].step.rate;
  }
  std::vector<Matrix<T>*> State() override {
    std::vector<Matrix<T>*> state;
    for (Block& b : blocks_) {
      if (has_momentum_) state.push_back(&b.velocity);
    }
    return state;
  }

 private:
  struct Block {
    Matrix<T>* values;
    MomentumStep step;
    double decay;
    Matrix<T> velocity;
  };
  OptimizerOptions options_;
  bool has_momentum_;
  std::vector<Block> blocks_;
};

}  // namespace thalweg
