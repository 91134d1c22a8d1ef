// RMSProp and Adagrad: the step of every weight is divided by the root of the running mean
// (RMSProp, Tieleman and Hinton 2012) or of the sum (Adagrad, Duchi et al. 2011) of its squared
// gradients. Rates as in sgd.h.
#pragma once

#include <cmath>
#include <utility>
#include <vector>

#include "learn/deeplearning/optimizers/optimizer.h"

namespace thalweg {

template <class T>
class Rmsprop : public Optimizer<T> {
 public:
  Rmsprop(const OptimizerOptions& options, std::span<const ParameterBlock<T>> blocks)
      : options_(options) {
    const bool sum = options.kind == OptimizerKind::kAdagrad;
    for (const ParameterBlock<T>& block : blocks) {
      const Matrix<T>& values = *block.values;
      RmspropStep step = {.keep = sum ? 1 : options.rho,
                          .share = sum ? 1 : 1 - options.rho,
                          .epsilon = options.epsilon};
      if (block.penalized) step.penalties = {options.l1, options.l2};
      const double decay = std::pow(options.rate_decay, static_cast<double>(block.layer));
      blocks_.push_back({block.values, step, decay, Matrix<T>(values.rows(), values.columns())});
    }
  }

  void BeginStep(double samples, size_t /*updates*/) override {
    const double rate = options_.rate * options_.schedule.Factor(samples) * this->reduction();
    for (Block& block : blocks_) block.step.rate = rate * block.decay;
  }
  void Update(size_t block, size_t row, size_t column, const T* gradient, T factor,
              size_t count) override {
    Block& b = blocks_[block];
    ApplyRmsprop(b.step, gradient, factor, b.values->row(row) + column, b.squares.row(row) + column,
                 count);
  }
  Upcoming<T> Touched(size_t block, size_t row, size_t column) override {
    Block& b = blocks_[block];
    return {{b.values->row(row) + column, b.squares.row(row) + column, nullptr},
            b.values->stride()};
  }
  double RateOf(size_t block, size_t row, size_t column) const override {
    const Block& b = blocks_[block];
    return b.step.rate / (std::sqrt(b.squares(row, column)) + b.step.epsilon);
  }
  std::vector<Matrix<T>*> State() override {
    std::vector<Matrix<T>*> state;
    for (Block& b : blocks_) state.push_back(&b.squares);
    return state;
  }

 private:
  struct Block {
    Matrix<T>* values;
    RmspropStep step;
    double decay;
    Matrix<T> squares;
  };
  OptimizerOptions options_;
  std::vector<Block> blocks_;
};

}  // namespace thalweg
