// How weights move along a gradient.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "kernels/gemm.h"
#include "kernels/matrix.h"
#include "kernels/optimizer_steps.h"
#include "learn/deeplearning/optimizers/rate_schedule.h"

namespace thalweg {

enum class OptimizerKind { kAuto, kAdadelta, kSgd, kAdagrad, kRmsprop, kAdam, kAdamw };

// Fields as the parameters of the same names (params.h), without those that mean "choose".
struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdadelta;
  double rho = 0.99;
  double epsilon = 1e-8;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double rate = 0.005;
  RateSchedule schedule = {};
  double rate_decay = 1;
  double momentum_start = 0;
  double momentum_ramp = 1e6;
  double momentum_stable = 0;
  bool nesterov = true;
  double l1 = 0;
  double l2 = 0;
};

// One matrix to be learned.
template <class T>
struct ParameterBlock {
  Matrix<T>* values = nullptr;
  size_t layer = 0;       // weighted layers counted from 0, for rate_decay
  bool penalized = true;  // weights are subject to l1 and l2, biases are not
};

// Holds state of the shape of each block. Thread rule: BeginStep alone; between two of them,
// threads may update different elements at the same time.
template <class T>
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  // Sets rates and momentum for the `updates` updates that follow; `samples` is the number of
  // samples trained so far.
  virtual void BeginStep(double samples, size_t updates) = 0;
  // `count` elements of a row of a block from column `column` on, which begins at a whole vector;
  // by the gradient factor * gradient.
  virtual void Update(size_t block, size_t row, size_t column, const T* gradient, T factor,
                      size_t count) = 0;
  // What Update reads and writes for the elements from (row, column) on, to be fetched beforehand.
  virtual Upcoming<T> Touched(size_t block, size_t row, size_t column) = 0;
  // The factor that now stands between a weight's gradient and its step, for diagnostics; NaN where
  // there is none.
  virtual double RateOf(size_t /*block*/, size_t /*row*/, size_t /*column*/) const {
    return std::numeric_limits<double>::quiet_NaN();
  }
  // All that an optimizer remembers, to continue a training: same order and shapes every time.
  virtual std::vector<Matrix<T>*> State() = 0;

  // All rates (ADADELTA: all steps) times `by` from the next BeginStep on.
  void ReduceRate(double by) { reduction_ *= by; }
  double reduction() const { return reduction_; }

  // The rectangle of a block whose first element is (row, column), as large as the gradient.
  void UpdateTile(size_t block, size_t row, size_t column, ConstMatrixView<T> gradient, T factor) {
    for (size_t r = 0; r < gradient.rows; ++r) {
      Update(block, row + r, column, gradient.row(r), factor, gradient.columns);
    }
  }

 private:
  double reduction_ = 1;
};

// The list. The blocks must outlive the optimizer.
template <class T>
std::unique_ptr<Optimizer<T>> MakeOptimizer(const OptimizerOptions& options,
                                            std::span<const ParameterBlock<T>> blocks);

}  // namespace thalweg
