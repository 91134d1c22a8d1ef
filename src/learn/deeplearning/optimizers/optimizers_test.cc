// Every optimizer, with its schedules, momentum, decays and penalties, against the formulas of its
// paper, in double and one weight at a time.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "learn/deeplearning/optimizers/optimizer.h"

namespace thalweg {
namespace {

constexpr double kSamplesPerStep = 7;
constexpr int kSteps = 60;
constexpr double kTotal = kSamplesPerStep * kSteps;

// One weight.
class Twin {
 public:
  Twin(const OptimizerOptions& options, double start, int layer, bool penalized)
      : value(start), o_(options), layer_(layer), penalized_(penalized) {}

  void Step(double gradient, double samples, double reduction) {
    ++steps_;
    const bool decoupled = o_.kind == OptimizerKind::kAdamw;
    const double sign = value > 0 ? 1 : (value < 0 ? -1 : 0);
    double g = gradient;
    if (penalized_) g += o_.l1 * sign + (decoupled ? 0 : o_.l2 * value);
    const double schedule = Schedule(samples) * reduction;
    const double rate = o_.rate * schedule * std::pow(o_.rate_decay, layer_);
    switch (o_.kind) {
      case OptimizerKind::kAdadelta: {
        a_ = o_.rho * a_ + (1 - o_.rho) * g * g;
        const double change = std::sqrt((b_ + o_.epsilon) / (a_ + o_.epsilon)) * g;
        b_ = o_.rho * b_ + (1 - o_.rho) * change * change;
        value -= schedule * change;
        break;
      }
      case OptimizerKind::kSgd: {
        const double ramp = std::min(1.0, samples / o_.momentum_ramp);
        const double momentum = o_.momentum_start + (o_.momentum_stable - o_.momentum_start) * ramp;
        a_ = momentum * a_ - rate * g;
        value += o_.nesterov ? momentum * a_ - rate * g : a_;
        break;
      }
      case OptimizerKind::kAdagrad:
      case OptimizerKind::kRmsprop: {
        const bool sum = o_.kind == OptimizerKind::kAdagrad;
        a_ = sum ? a_ + g * g : o_.rho * a_ + (1 - o_.rho) * g * g;
        value -= rate * g / (std::sqrt(a_) + o_.epsilon);
        break;
      }
      default: {
        a_ = o_.beta1 * a_ + (1 - o_.beta1) * g;
        b_ = o_.beta2 * b_ + (1 - o_.beta2) * g * g;
        const double mean = a_ / (1 - std::pow(o_.beta1, steps_));
        const double squares = b_ / (1 - std::pow(o_.beta2, steps_));
        if (decoupled && penalized_) value -= rate * o_.l2 * value;
        value -= rate * mean / (std::sqrt(squares) + o_.epsilon);
      }
    }
  }

  double value;

 private:
  double Schedule(double n) const {
    const double w = o_.schedule.warmup, done = n / kTotal;
    const double rise = done < w ? (n + 1) / (w * kTotal) : 1;
    const double after = std::max(0.0, (done - w) / (1 - w));
    switch (o_.schedule.kind) {
      case ScheduleKind::kInverse:
        // ADADELTA has no rate to be annealed.
        return o_.kind == OptimizerKind::kAdadelta ? rise : rise / (1 + o_.schedule.annealing * n);
      case ScheduleKind::kConstant:
        return rise;
      case ScheduleKind::kLinear:
        return rise * (1 - after);
      case ScheduleKind::kCosine:
        return rise * (1 + std::cos(std::acos(-1.0) * after)) / 2;
      case ScheduleKind::kStep:
        return rise * (done < 0.5 ? 1 : (done < 0.75 ? 0.1 : 0.01));
    }
    return 0;
  }

  OptimizerOptions o_;
  int layer_;
  bool penalized_;
  int steps_ = 0;
  double a_ = 0;
  double b_ = 0;
};

template <class T>
void Compare(const OptimizerOptions& options) {
  SCOPED_TRACE(testing::Message() << "optimizer " << static_cast<int>(options.kind) << ", schedule "
                                  << static_cast<int>(options.schedule.kind));
  const double tolerance = sizeof(T) == sizeof(float) ? 3e-5 : 1e-12;
  Random random(4);
  Matrix<T> values[3] = {Matrix<T>(3, 21), Matrix<T>(1, 21), Matrix<T>(2, 5)};
  std::vector<ParameterBlock<T>> blocks = {
      {&values[0], 0, true}, {&values[1], 0, false}, {&values[2], 1, true}};
  std::vector<Twin> twins;
  for (const ParameterBlock<T>& block : blocks) {
    for (size_t r = 0; r < block.values->rows(); ++r) {
      for (size_t c = 0; c < block.values->columns(); ++c) {
        const auto value = static_cast<T>(random.Uniform(-1, 1));
        (*block.values)(r, c) = value;
        twins.emplace_back(options, static_cast<double>(value), static_cast<int>(block.layer),
                           block.penalized);
      }
    }
  }
  const auto optimizer = MakeOptimizer<T>(options, blocks);
  double reduction = 1;
  for (int step = 0; step < kSteps; ++step) {
    if (step == 40) optimizer->ReduceRate(0.5), reduction = 0.5;
    const double samples = kSamplesPerStep * step;
    optimizer->BeginStep(samples, 1);
    size_t twin = 0;
    for (size_t b = 0; b < blocks.size(); ++b) {
      Matrix<T> gradient(values[b].rows(), values[b].columns());
      for (size_t r = 0; r < gradient.rows(); ++r) {
        for (size_t c = 0; c < gradient.columns(); ++c) {
          gradient(r, c) = static_cast<T>(random.Uniform(-2, 2));
          twins[twin++].Step(0.5 * static_cast<double>(gradient(r, c)), samples, reduction);
        }
      }
      optimizer->UpdateTile(b, 0, 0, gradient.view(), T(0.5));
    }
  }
  size_t twin = 0;
  for (const Matrix<T>& m : values) {
    for (size_t r = 0; r < m.rows(); ++r) {
      for (size_t c = 0; c < m.columns(); ++c) {
        ASSERT_NEAR(m(r, c), twins[twin].value, tolerance * (1 + std::abs(twins[twin].value)));
        ++twin;
      }
    }
  }
}

TEST(Optimizers, FollowTheirFormulas) {
  for (OptimizerKind kind :
       {OptimizerKind::kAdadelta, OptimizerKind::kSgd, OptimizerKind::kAdagrad,
        OptimizerKind::kRmsprop, OptimizerKind::kAdam, OptimizerKind::kAdamw}) {
    for (ScheduleKind schedule :
         {ScheduleKind::kInverse, ScheduleKind::kConstant, ScheduleKind::kLinear,
          ScheduleKind::kCosine, ScheduleKind::kStep}) {
      OptimizerOptions o = {
          .kind = kind, .rho = 0.95, .epsilon = 1e-6, .beta2 = 0.98, .rate = 0.02};
      o.schedule = {.kind = schedule, .annealing = 1e-2, .warmup = 0, .total_samples = kTotal};
      Compare<float>(o);
      Compare<double>(o);
      o.schedule.warmup = 0.3;
      o.rate_decay = 0.5;
      o.l1 = 1e-3;
      o.l2 = 1e-2;
      o.momentum_start = 0.5;
      o.momentum_stable = 0.9;
      o.momentum_ramp = 200;
      for (bool nesterov : {false, true}) {
        o.nesterov = nesterov;
        Compare<float>(o);
        Compare<double>(o);
      }
    }
  }
}

}  // namespace
}  // namespace thalweg
