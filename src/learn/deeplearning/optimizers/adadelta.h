// ADADELTA (Zeiler 2012): every weight has a rate of its own, found from running means of its
// squared gradients and squared steps. The schedule multiplies the steps, but for the annealing of
// the inverse one, which is for given rates.
#pragma once

#include <cmath>
#include <vector>

#include "learn/deeplearning/optimizers/optimizer.h"

namespace thalweg {

template <class T>
class Adadelta : public Optimizer<T> {
 public:
  Adadelta(const OptimizerOptions& options, std::span<const ParameterBlock<T>> blocks)
      : schedule_(options.schedule) {
    schedule_.annealing = 0;
    for (const ParameterBlock<T>& block : blocks) {
      const Matrix<T>& values = *block.values;
      AdadeltaStep step = {.rho = options.rho, .epsilon = options.epsilon};
      if (block.penalized) step.penalties = {options.l1, options.l2};
      blocks_.push_back({block.values, step, Matrix<T>(values.rows(), values.columns()),
                         Matrix<T>(values.rows(), values.columns())});
    }
  }

  void BeginStep(double samples, size_t /*updates*/) override {
    const double factor = schedule_.Factor(samples) * this->reduction();
    for (Block& block : blocks_) block.step.rate = factor;
  }
  void Update(size_t block, size_t row, size_t column, const T* gradient, T factor,
              size_t count) override {
    Block& b = blocks_[block];
    ApplyAdadelta(b.step, gradient, factor, b.values->row(row) + column,
                  b.mean_squares.row(row) + column, b.mean_square_steps.row(row) + column, count);
  }
  Upcoming<T> Touched(size_t block, size_t row, size_t column) override {
    Block& b = blocks_[block];
    return {{b.values->row(row) + column, b.mean_squares.row(row) + column,
             b.mean_square_steps.row(row) + column},
            b.values->stride()};
  }
  double RateOf(size_t block, size_t row, size_t column) const override {
    const Block& b = blocks_[block];
    return b.step.rate * std::sqrt((b.mean_square_steps(row, column) + b.step.epsilon) /
                                   (b.mean_squares(row, column) + b.step.epsilon));
  }
  std::vector<Matrix<T>*> State() override {
    std::vector<Matrix<T>*> state;
    for (Block& b : blocks_) {
      state.push_back(&b.mean_squares);
      state.push_back(&b.mean_square_steps);
    }
    return state;
  }

 private:
  struct Block {
    Matrix<T>* values;
    AdadeltaStep step;
    Matrix<T> mean_squares;
    Matrix<T> mean_square_steps;
  };
  RateSchedule schedule_;
  std::vector<Block> blocks_;
};

}  // namespace thalweg
