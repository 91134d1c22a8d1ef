#include "kernels/gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "kernels/instruction_sets.h"

namespace thalweg {
namespace {

struct Shape {
  size_t m, n, k;
};
// Every remainder of the tiles, one element, large enough to be packed in several pieces.
const Shape kShapes[] = {{1, 1, 1},       {1, 200, 17},  {3, 7, 5},     {8, 48, 33},
                         {9, 50, 16},     {16, 33, 64},  {19, 129, 31}, {23, 300, 130},
                         {17, 140, 2100}, {40, 600, 450}};

template <class T>
Matrix<T> RandomMatrix(size_t rows, size_t columns, uint64_t seed) {
  Matrix<T> m(rows, columns);
  Random random(seed);
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) m(r, c) = static_cast<T>(random.Uniform(-1, 1));
  }
  return m;
}

template <class T>
Matrix<T> Transposed(const Matrix<T>& m) {
  Matrix<T> t(m.columns(), m.rows());
  for (size_t r = 0; r < m.rows(); ++r) {
    for (size_t c = 0; c < m.columns(); ++c) t(c, r) = m(r, c);
  }
  return t;
}

template <class T>
class GemmTest : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(GemmTest, Types);

// The naive product; the bound is that of sums in any order.
template <class T>
void ExpectProduct(const Matrix<T>& a, const Matrix<T>& b, const Matrix<T>& before, double sign,
                   const Matrix<T>& c, const std::string& what) {
  for (size_t i = 0; i < c.rows(); ++i) {
    for (size_t j = 0; j < c.columns(); ++j) {
      double sum = sign * static_cast<double>(before(i, j));
      double size = std::abs(sum);
      for (size_t k = 0; k < a.columns(); ++k) {
        const double term = static_cast<double>(a(i, k)) * static_cast<double>(b(k, j));
        sum += term;
        size += std::abs(term);
      }
      const double bound = size * std::numeric_limits<T>::epsilon() *
                           (10 + std::sqrt(static_cast<double>(a.columns())));
      ASSERT_NEAR(static_cast<double>(c(i, j)), sum, bound) << what << " " << i << "," << j;
    }
    for (size_t j = c.columns(); j < PaddedCount<T>(c.columns()); ++j) {
      ASSERT_EQ(c.row(i)[j], T{0}) << what << ": padding of row " << i;
    }
  }
}

template <class T>
void ExpectSame(const Matrix<T>& a, const Matrix<T>& b, const std::string& what) {
  for (size_t i = 0; i < a.rows(); ++i) {
    for (size_t j = 0; j < a.columns(); ++j) {
      ASSERT_EQ(a(i, j), b(i, j)) << what << " " << i << "," << j;
    }
  }
}

TYPED_TEST(GemmTest, AgreesWithNaiveProducts) {
  using T = TypeParam;
  using View = ConstMatrixView<T>;
  ForEachInstructionSet([](const std::string& set) {
    for (const Shape& s : kShapes) {
      const Matrix<T> a = RandomMatrix<T>(s.m, s.k, 1);
      const Matrix<T> b = RandomMatrix<T>(s.k, s.n, 2);
      const Matrix<T> at = Transposed(a);
      const Matrix<T> bt = Transposed(b);
      const Matrix<T> before = RandomMatrix<T>(s.m, s.n, 3);
      for (GemmMode mode : {GemmMode::kReplace, GemmMode::kAccumulate}) {
        const double sign = mode == GemmMode::kAccumulate ? 1 : 0;
        const std::string what =
            set + " " + std::to_string(s.m) + "x" + std::to_string(s.n) + "x" + std::to_string(s.k);
        Matrix<T> c = before;
        Gemm<T>(View(a.view()), View(b.view()), c.view(), mode);
        ExpectProduct(a, b, before, sign, c, what + " AB");
        c = before;
        GemmTransposedA<T>(View(at.view()), View(b.view()), c.view(), mode);
        ExpectProduct(a, b, before, sign, c, what + " A'B");
        PackedFactor<T> packed;
        packed.Pack(b.view());
        Matrix<T> same = before;
        const Matrix<T> upcoming(s.m, s.n);
        GemmTransposedA<T>(View(at.view()), packed, same.view(), mode,
                           {{upcoming.data(), nullptr, upcoming.data()}, upcoming.stride()});
        ExpectSame(c, same, what + " A'B, packed");
        c = before;
        GemmTransposedB<T>(View(a.view()), View(bt.view()), c.view(), mode);
        ExpectProduct(a, b, before, sign, c, what + " AB'");
      }
    }
  });
}

TYPED_TEST(GemmTest, RowsDoNotDependOnTheirNeighbours) {
  using T = TypeParam;
  ForEachInstructionSet([](const std::string& set) {
    const Matrix<T> a = RandomMatrix<T>(37, 700, 1);
    const Matrix<T> b = RandomMatrix<T>(700, 410, 2);
    Matrix<T> all(37, 410);
    Gemm<T>(a.view(), b.view(), all.view(), GemmMode::kReplace);
    for (size_t rows : {1, 5, 8, 16, 17}) {
      Matrix<T> some(rows, 410);
      Gemm<T>(a.Rows(20, 20 + rows), b.view(), some.view(), GemmMode::kReplace);
      for (size_t r = 0; r < rows; ++r) {
        for (size_t c = 0; c < 410; ++c) ASSERT_EQ(some(r, c), all(20 + r, c)) << set;
      }
    }
  });
}

}  // namespace
}  // namespace thalweg
