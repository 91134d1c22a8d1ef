#include "kernels/activations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "kernels/instruction_sets.h"
#include "kernels/matrix.h"

namespace thalweg {
namespace {

template <class T>
class ActivationsTest : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(ActivationsTest, Types);

struct Case {
  const char* name;
  double (*value)(double x);
  double (*slope)(double x);
};

const Case kCases[] = {
    {"rectifier", [](double x) { return std::max(x, 0.0); },
     [](double x) { return x > 0 ? 1.0 : 0.0; }},
    {"tanh", [](double x) { return std::tanh(x); },
     [](double x) { return 1 - std::tanh(x) * std::tanh(x); }},
    {"exp_rectifier", [](double x) { return x > 0 ? x : std::expm1(x); },
     [](double x) { return x > 0 ? 1 : std::exp(x); }},
};

template <class T>
void Forward(size_t i, const T* x, T* y, size_t n) {
  if (i == 0) return Rectifier(x, y, n);
  if (i == 1) return Tanh(x, y, n);
  ExpRectifier(x, y, n);
}

template <class T>
void Backward(size_t i, const T* y, const T* dy, T* dx, size_t n) {
  if (i == 0) return RectifierBackward(y, dy, dx, n);
  if (i == 1) return TanhBackward(y, dy, dx, n);
  ExpRectifierBackward(y, dy, dx, n);
}

TYPED_TEST(ActivationsTest, ValuesAndSlopes) {
  using T = TypeParam;
  constexpr size_t kCount = 203;
  const double tolerance = 16 * static_cast<double>(std::numeric_limits<T>::epsilon());
  ForEachInstructionSet([&](const std::string& set) {
    for (size_t i = 0; i < std::size(kCases); ++i) {
      Matrix<T> x(1, kCount), y(1, kCount), dy(1, kCount), dx(1, kCount);
      for (size_t j = 0; j < kCount; ++j) {
        x(0, j) = static_cast<T>((static_cast<double>(j) - 100) / 11);
        dy(0, j) = static_cast<T>(1 + 0.01 * static_cast<double>(j));
      }
      Forward(i, x.data(), y.data(), kCount);
      Backward(i, y.data(), dy.data(), dx.data(), kCount);
      for (size_t j = 0; j < kCount; ++j) {
        const auto at = static_cast<double>(x(0, j));
        ASSERT_NEAR(y(0, j), kCases[i].value(at), tolerance * std::max(1.0, std::abs(at)))
            << set << " " << kCases[i].name << "(" << at << ")";
        ASSERT_NEAR(dx(0, j), kCases[i].slope(at) * dy(0, j), 4 * tolerance)
            << set << " slope of " << kCases[i].name << " at " << at;
      }
      for (size_t j = kCount; j < PaddedCount<T>(kCount); ++j) {
        ASSERT_EQ(y.data()[j], T{0});
        ASSERT_EQ(dx.data()[j], T{0});
      }
    }
  });
}

TYPED_TEST(ActivationsTest, SoftmaxIsExactForShortAndLongRowsAndLargeScores) {
  using T = TypeParam;
  ForEachInstructionSet([](const std::string& set) {
    for (size_t count : {1, 2, 10, 16, 37, 1000}) {
      for (double size : {1.0, 80.0, 5000.0}) {
        Matrix<T> x(1, count), p(1, count);
        Random random(count);
        for (size_t j = 0; j < count; ++j) x(0, j) = static_cast<T>(random.Uniform(-size, size));
        const double result = Softmax(x.data(), p.data(), count);
        const double largest = *std::max_element(x.data(), x.data() + count);
        double sum = 0;
        for (size_t j = 0; j < count; ++j) sum += std::exp(x(0, j) - largest);
        const double tolerance = 64 * static_cast<double>(std::numeric_limits<T>::epsilon());
        ASSERT_NEAR(result, largest + std::log(sum), tolerance * size) << set;
        double total = 0;
        for (size_t j = 0; j < count; ++j) {
          ASSERT_NEAR(p(0, j), std::exp(x(0, j) - largest) / sum, tolerance) << set << " " << count;
          total += p(0, j);
        }
        ASSERT_NEAR(total, 1, tolerance);
        for (size_t j = count; j < PaddedCount<T>(count); ++j) ASSERT_EQ(p.data()[j], T{0});
      }
    }
  });
}

}  // namespace
}  // namespace thalweg
