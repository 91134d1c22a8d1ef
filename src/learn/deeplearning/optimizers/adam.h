// Adam (Kingma, Ba 2015) and AdamW (Loshchilov, Hutter 2019). AdamW takes l2 not as part of the
// gradient: at every step, weights shrink by the share rate * l2. Rates as in sgd.h.
#pragma once

#include <cmath>
#include <utility>
#include <vector>

#include "learn/deeplearning/optimizers/optimizer.h"

namespace thalweg {

template <class T>
class Adam : public Optimizer<T> {
 public:
  Adam(const OptimizerOptions& options, std::span<const ParameterBlock<T>> blocks)
      : options_(options), unseen_(1, 2) {
    unseen_(0, 0) = unseen_(0, 1) = 1;
    for (const ParameterBlock<T>& block : blocks) {
      const Matrix<T>& values = *block.values;
      AdamStep step = {.beta1 = options.beta1, .beta2 = options.beta2, .epsilon = options.epsilon};
      Block b = {.values = block.values,
                 .rate_scale = std::pow(options.rate_decay, static_cast<double>(block.layer)),
                 .mean = Matrix<T>(values.rows(), values.columns()),
                 .squares = Matrix<T>(values.rows(), values.columns())};
      if (block.penalized) {
        const bool decoupled = options.kind == OptimizerKind::kAdamw;
        step.penalties = {options.l1, decoupled ? 0 : options.l2};
        b.decay = decoupled ? options.l2 : 0;
      }
      b.step = step;
      blocks_.push_back(std::move(b));
    }
  }

  void BeginStep(double samples, size_t updates) override {
    const auto n = static_cast<double>(updates);
    unseen_(0, 0) *= static_cast<T>(std::pow(options_.beta1, n));
    unseen_(0, 1) *= static_cast<T>(std::pow(options_.beta2, n));
    const double rate = options_.rate * options_.schedule.Factor(samples) * this->reduction();
    for (Block& b : blocks_) {
      b.step.rate = rate * b.rate_scale / (1 - static_cast<double>(unseen_(0, 0)));
      b.step.root_scale = 1 / std::sqrt(1 - static_cast<double>(unseen_(0, 1)));
      b.step.decay = rate * b.rate_scale * b.decay;
    }
  }
  void Update(size_t block, size_t row, size_t column, const T* gradient, T factor,
              size_t count) override {
    Block& b = blocks_[block];
    ApplyAdam(b.step, gradient, factor, b.values->row(row) + column, b.mean.row(row) + column,
              b.squares.row(row) + column, count);
  }
  Upcoming<T> Touched(size_t block, size_t row, size_t column) override {
    Block& b = blocks_[block];
    return {{b.values->row(row) + column, b.mean.row(row) + column, b.squares.row(row) + column},
            b.values->stride()};
  }
  double RateOf(size_t block, size_t row, size_t column) const override {
    const Block& b = blocks_[block];
    return b.step.rate / (b.step.root_scale * std::sqrt(b.squares(row, column)) + b.step.epsilon);
  }
  std::vector<Matrix<T>*> State() override {
    std::vector<Matrix<T>*> state = {&unseen_};
    for (Block& b : blocks_) {
      state.push_back(&b.mean);
      state.push_back(&b.squares);
    }
    return state;
  }

 private:
  struct Block {
    Matrix<T>* values;
    AdamStep step = {};
    double rate_scale;
    double decay = 0;
    Matrix<T> mean;
    Matrix<T> squares;
  };
  OptimizerOptions options_;
  std::vector<Block> blocks_;
  // beta1^t and beta2^t after t updates: the share that the means have not seen. This is the step
  // counter, in the form in which it is needed.
  Matrix<T> unseen_;
};

}  // namespace thalweg
