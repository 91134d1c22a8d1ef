#include "kernels/vectors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"
#include "kernels/dropout.h"
#include "kernels/instruction_sets.h"

namespace thalweg {
namespace {

TEST(Vectors, SumsAndProducts) {
  ForEachInstructionSet([](const std::string& set) {
    for (size_t columns : {1, 16, 37}) {
      Matrix<float> m(5, columns), sums(1, columns), squares(1, columns);
      for (size_t r = 0; r < 5; ++r) {
        for (size_t c = 0; c < columns; ++c) m(r, c) = static_cast<float>(r * 10 + c % 7);
      }
      SumRows<float>(m.view(), sums.data());
      AddSquares<float>(m.view(), squares.data());
      AddSquares<float>(m.Rows(0, 1), squares.data());
      Matrix<float> y = m;
      AddScaled<float>(2, m.row(1), y.row(0), columns);
      MultiplyBy<float>(m.row(2), y.row(3), columns);
      for (size_t c = 0; c < columns; ++c) {
        float sum = 0, square = m(0, c) * m(0, c);
        for (size_t r = 0; r < 5; ++r) sum += m(r, c), square += m(r, c) * m(r, c);
        EXPECT_EQ(sums(0, c), sum) << set;
        EXPECT_EQ(squares(0, c), square) << set;
        EXPECT_EQ(y(0, c), m(0, c) + 2 * m(1, c)) << set;
        EXPECT_EQ(y(3, c), m(3, c) * m(2, c)) << set;
      }
    }
  });
}

TEST(Vectors, StandardizeImputesWhereAsked) {
  ForEachInstructionSet([](const std::string& set) {
    for (size_t count : {1, 15, 16, 100}) {
      std::vector<uint8_t> x(count);
      Matrix<float> scale(1, count), shift(1, count), missing(1, count), out(1, count);
      for (size_t i = 0; i < count; ++i) {
        x[i] = static_cast<uint8_t>(i % 9 == 4 ? kMissingByte : i * 5 % 250);
        scale(0, i) = 0.5;
        shift(0, i) = static_cast<float>(i) - 3;
        missing(0, i) = static_cast<float>(i) * 100;
      }
      for (const float* imputed :
           {static_cast<const float*>(missing.data()), static_cast<const float*>(nullptr)}) {
        Standardize(x.data(), scale.data(), shift.data(), imputed, out.data(), count);
        for (size_t i = 0; i < count; ++i) {
          const bool absent = imputed != nullptr && i % 9 == 4;
          const double value = x[i] * 0.5 + static_cast<double>(i) - 3;
          ASSERT_EQ(out(0, i), absent ? missing(0, i) : value) << set << " " << i;
        }
      }
    }
  });
}

template <class T>
void CheckDropout(const std::string& set) {
  constexpr size_t kCount = 100003;
  Matrix<T> x(1, kCount), y(1, kCount), again(1, kCount), other(1, kCount);
  for (size_t i = 0; i < kCount; ++i) x(0, i) = 1;
  for (double ratio : {0.0, 0.1, 0.5, 0.8}) {
    Dropout(ratio, 7, 0, x.data(), y.data(), kCount);
    Dropout(ratio, 7, 0, x.data(), again.data(), kCount);
    Dropout(ratio, 8, 0, x.data(), other.data(), kCount);
    double zeros = 0, both = 0, neighbours = 0, sum = 0;
    for (size_t i = 0; i < kCount; ++i) {
      ASSERT_EQ(y(0, i), again(0, i));
      ASSERT_TRUE(y(0, i) == 0 || std::abs(y(0, i) - 1 / (1 - ratio)) < 1e-5) << set;
      zeros += y(0, i) == 0;
      both += y(0, i) == 0 && other(0, i) == 0;
      neighbours += i > 0 && y(0, i) == 0 && y(0, i - 1) == 0;
      sum += y(0, i);
    }
    // 5 standard deviations.
    const double n = kCount;
    EXPECT_NEAR(zeros / n, ratio, 5 * std::sqrt(ratio * (1 - ratio) / n) + 1e-7) << set;
    EXPECT_NEAR(sum / n, 1, 5 * std::sqrt(ratio / (1 - ratio) / n) + 1e-6) << set;
    EXPECT_NEAR(both / n, ratio * ratio, 5 * std::sqrt(ratio * ratio / n) + 1e-7) << set;
    EXPECT_NEAR(neighbours / n, ratio * ratio, 5 * std::sqrt(ratio * ratio / n) + 1e-4) << set;
  }
}

TEST(Dropout, KeepsTheExpectationAndTheMaskOfItsKey) {
  std::vector<bool> first;
  ForEachInstructionSet([&](const std::string& set) {
    CheckDropout<float>(set);
    CheckDropout<double>(set);
    Matrix<float> x(1, 500), y(1, 500);
    for (size_t i = 0; i < 500; ++i) x(0, i) = 1;
    Dropout(0.3, 99, 0, x.data(), y.data(), 500);
    std::vector<bool> mask;
    for (size_t i = 0; i < 500; ++i) mask.push_back(y(0, i) == 0);
    if (first.empty()) first = mask;
    EXPECT_EQ(mask, first) << set;
    // The same, from the middle on.
    Dropout(0.3, 99, 320, x.data(), y.data(), 180);
    for (size_t i = 0; i < 180; ++i) EXPECT_EQ(y(0, i) == 0, mask[320 + i]) << set;
  });
}

}  // namespace
}  // namespace thalweg
