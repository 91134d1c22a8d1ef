#include "kernels/optimizer_steps.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "kernels/instruction_sets.h"
#include "kernels/matrix.h"

namespace thalweg {
namespace {

constexpr size_t kCount = 75;

template <class T>
class OptimizerStepsTest : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(OptimizerStepsTest, Types);

template <class T>
Matrix<T> Values(uint64_t seed, double size) {
  Matrix<T> m(1, kCount);
  Random random(seed);
  for (size_t j = 0; j < kCount; ++j) m(0, j) = static_cast<T>(random.Uniform(-size, size));
  m(0, 3) = 0;  // no sign
  return m;
}

template <class T>
std::vector<double> Twin(const Matrix<T>& m) {
  return {m.data(), m.data() + kCount};
}

double Sign(double x) { return x > 0 ? 1 : (x < 0 ? -1 : 0); }

// 30 steps of the formulas of the papers, in double and one element at a time.
TYPED_TEST(OptimizerStepsTest, AdadeltaFollowsTheFormula) {
  using T = TypeParam;
  const bool single = sizeof(T) == sizeof(float);
  ForEachInstructionSet([&](const std::string& set) {
    for (double epsilon : {1e-8, 1e-20, 1e-4}) {
      for (double penalty : {0.0, 1e-3}) {
        const AdadeltaStep step = {
            .rho = 0.95, .epsilon = epsilon, .penalties = {penalty, penalty / 2}};
        Matrix<T> w = Values<T>(1, 1), squares(1, kCount), steps(1, kCount);
        std::vector<double> nw(w.data(), w.data() + kCount), ns(kCount), nd(kCount);
        for (uint64_t t = 0; t < 30; ++t) {
          const Matrix<T> g = Values<T>(10 + t, 2);
          ApplyAdadelta<T>(step, g.data(), T(0.25), w.data(), squares.data(), steps.data(), kCount);
          for (size_t j = 0; j < kCount; ++j) {
            const double grad =
                0.25 * static_cast<double>(g(0, j)) + penalty / 2 * nw[j] + penalty * Sign(nw[j]);
            ns[j] = 0.95 * ns[j] + 0.05 * grad * grad;
            const double change = std::sqrt(nd[j] + epsilon) / std::sqrt(ns[j] + epsilon) * grad;
            nd[j] = 0.95 * nd[j] + 0.05 * change * change;
            nw[j] -= change;
          }
        }
        for (size_t j = 0; j < kCount; ++j) {
          ASSERT_NEAR(w(0, j), nw[j], single ? 2e-5 : 1e-12) << set << " " << epsilon;
          ASSERT_NEAR(steps(0, j), nd[j], (single ? 1e-5 : 1e-12) * (nd[j] + 1e-12)) << set;
        }
        for (size_t j = kCount; j < PaddedCount<T>(kCount); ++j) ASSERT_EQ(w.data()[j], T{0});
      }
    }
  });
}

TYPED_TEST(OptimizerStepsTest, MomentumFollowsTheFormula) {
  using T = TypeParam;
  const double tolerance = sizeof(T) == sizeof(float) ? 1e-5 : 1e-13;
  ForEachInstructionSet([&](const std::string& set) {
    for (bool nesterov : {false, true}) {
      for (double momentum : {0.0, 0.9}) {
        const MomentumStep step = {
            .rate = 0.01, .momentum = momentum, .nesterov = nesterov, .penalties = {1e-3, 1e-2}};
        Matrix<T> w = Values<T>(1, 1), plain = w, velocity(1, kCount);
        std::vector<double> nw(w.data(), w.data() + kCount), nv(kCount);
        for (uint64_t t = 0; t < 20; ++t) {
          const Matrix<T> g = Values<T>(10 + t, 2);
          ApplyMomentum<T>(step, g.data(), T(0.5), w.data(), velocity.data(), kCount);
          ApplyDescent<T>(step, g.data(), T(0.5), plain.data(), kCount);
          for (size_t j = 0; j < kCount; ++j) {
            const double pull =
                0.01 * (0.5 * static_cast<double>(g(0, j)) + 1e-2 * nw[j] + 1e-3 * Sign(nw[j]));
            nv[j] = momentum * nv[j] - pull;
            nw[j] += nesterov ? momentum * nv[j] - pull : nv[j];
          }
        }
        for (size_t j = 0; j < kCount; ++j) {
          ASSERT_NEAR(w(0, j), nw[j], tolerance) << set << " " << momentum << " " << nesterov;
          if (momentum == 0) {
            ASSERT_NEAR(plain(0, j), nw[j], tolerance) << set;
          }
        }
      }
    }
  });
}

// The mean of squared steps does not see the rate.
TYPED_TEST(OptimizerStepsTest, AdadeltaMovesByAShareOfItsStep) {
  using T = TypeParam;
  ForEachInstructionSet([&](const std::string& set) {
    const Matrix<T> g = Values<T>(10, 2), w = Values<T>(1, 1);
    Matrix<T> whole = w, half = w, squares(1, kCount), steps(1, kCount), s(1, kCount), d(1, kCount);
    ApplyAdadelta<T>({}, g.data(), T{1}, whole.data(), squares.data(), steps.data(), kCount);
    ApplyAdadelta<T>({.rate = 0.5}, g.data(), T{1}, half.data(), s.data(), d.data(), kCount);
    for (size_t j = 0; j < kCount; ++j) {
      ASSERT_NEAR(half(0, j) - w(0, j), 0.5 * (whole(0, j) - w(0, j)), 1e-7) << set;
      ASSERT_EQ(d(0, j), steps(0, j)) << set;
    }
  });
}

TYPED_TEST(OptimizerStepsTest, RmspropAndAdagradFollowTheFormula) {
  using T = TypeParam;
  const double tolerance = sizeof(T) == sizeof(float) ? 2e-5 : 1e-12;
  ForEachInstructionSet([&](const std::string& set) {
    for (double keep : {0.9, 1.0}) {
      const RmspropStep step = {.rate = 0.01,
                                .keep = keep,
                                .share = keep == 1 ? 1 : 1 - keep,
                                .epsilon = 1e-6,
                                .penalties = {1e-3, 1e-2}};
      Matrix<T> w = Values<T>(1, 1), squares(1, kCount);
      std::vector<double> nw = Twin(w), ns(kCount);
      for (uint64_t t = 0; t < 30; ++t) {
        const Matrix<T> g = Values<T>(10 + t, 2);
        ApplyRmsprop<T>(step, g.data(), T(0.5), w.data(), squares.data(), kCount);
        for (size_t j = 0; j < kCount; ++j) {
          const double grad =
              0.5 * static_cast<double>(g(0, j)) + 1e-2 * nw[j] + 1e-3 * Sign(nw[j]);
          ns[j] = step.keep * ns[j] + step.share * grad * grad;
          nw[j] -= 0.01 * grad / (std::sqrt(ns[j]) + 1e-6);
        }
      }
      for (size_t j = 0; j < kCount; ++j) {
        ASSERT_NEAR(w(0, j), nw[j], tolerance) << set << " " << keep;
        ASSERT_NEAR(squares(0, j), ns[j], tolerance * (1 + ns[j])) << set << " " << keep;
      }
      for (size_t j = kCount; j < PaddedCount<T>(kCount); ++j) ASSERT_EQ(w.data()[j], T{0});
    }
  });
}

TYPED_TEST(OptimizerStepsTest, AdamFollowsTheFormula) {
  using T = TypeParam;
  const double tolerance = sizeof(T) == sizeof(float) ? 2e-5 : 1e-12;
  ForEachInstructionSet([&](const std::string& set) {
    for (double decay : {0.0, 1e-3}) {
      Matrix<T> w = Values<T>(1, 1), mean(1, kCount), squares(1, kCount);
      std::vector<double> nw = Twin(w), nm(kCount), ns(kCount);
      for (int t = 1; t <= 30; ++t) {
        const double first = 1 - std::pow(0.9, t), second = 1 - std::pow(0.99, t);
        const AdamStep step = {.rate = 0.01 / first,
                               .beta1 = 0.9,
                               .beta2 = 0.99,
                               .epsilon = 1e-6,
                               .root_scale = 1 / std::sqrt(second),
                               .decay = decay,
                               .penalties = {1e-3, 1e-2}};
        const Matrix<T> g = Values<T>(static_cast<uint64_t>(10 + t), 2);
        ApplyAdam<T>(step, g.data(), T(0.5), w.data(), mean.data(), squares.data(), kCount);
        for (size_t j = 0; j < kCount; ++j) {
          const double grad =
              0.5 * static_cast<double>(g(0, j)) + 1e-2 * nw[j] + 1e-3 * Sign(nw[j]);
          nm[j] = 0.9 * nm[j] + 0.1 * grad;
          ns[j] = 0.99 * ns[j] + 0.01 * grad * grad;
          nw[j] -= decay * nw[j] + 0.01 * (nm[j] / first) / (std::sqrt(ns[j] / second) + 1e-6);
        }
      }
      for (size_t j = 0; j < kCount; ++j) {
        ASSERT_NEAR(w(0, j), nw[j], tolerance) << set << " " << decay;
        ASSERT_NEAR(mean(0, j), nm[j], tolerance) << set;
        ASSERT_NEAR(squares(0, j), ns[j], tolerance) << set;
      }
      for (size_t j = kCount; j < PaddedCount<T>(kCount); ++j) ASSERT_EQ(w.data()[j], T{0});
    }
  });
}

}  // namespace
}  // namespace thalweg
