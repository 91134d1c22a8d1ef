// Operators between two numbers, two columns, or a column and a number or string.
#pragma once

#include <cmath>
#include <limits>

namespace thalweg::internal {

enum class BinaryOp {
  kPlus,
  kMinus,
  kTimes,
  kDivide,
  kIntegerDivide,
  kRemainder,
  kPower,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,
};

// Half-way between two neighbours and one of them are equal: H2O allows a difference of one unit
// in the last place of the smaller number, and takes two missing cells as equal.
inline bool NearlyEqual(double a, double b) {
  if (a == b) return true;
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (std::isinf(a) || std::isinf(b)) return false;
  const double smaller = std::fmin(std::fabs(a), std::fabs(b));
  const double unit = std::nextafter(smaller, std::numeric_limits<double>::infinity()) - smaller;
  return std::fabs(a - b) <= unit;
}

template <BinaryOp kOp>
inline double Apply(double a, double b) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  switch (kOp) {
    case BinaryOp::kPlus:
      return a + b;
    case BinaryOp::kMinus:
      return a - b;
    case BinaryOp::kTimes:
      return a * b;
    case BinaryOp::kDivide:
      return a / b;
    case BinaryOp::kIntegerDivide: {
      // Both sides lose their fractions first; as in H2O, a missing number counts as 0.
      const double divisor = std::isnan(b) ? 0 : std::trunc(b);
      const double dividend = std::isnan(a) ? 0 : std::trunc(a);
      return divisor == 0 ? kNaN : std::trunc(dividend / divisor);
    }
    case BinaryOp::kRemainder:
      return std::fmod(a, b);
    case BinaryOp::kPower:
      return std::pow(a, b);
    case BinaryOp::kEqual:
      return NearlyEqual(a, b) ? 1 : 0;
    case BinaryOp::kNotEqual:
      return NearlyEqual(a, b) ? 0 : 1;
    case BinaryOp::kLess:
      return a < b ? 1 : 0;
    case BinaryOp::kLessEqual:
      return a <= b ? 1 : 0;
    case BinaryOp::kGreater:
      return a > b ? 1 : 0;
    case BinaryOp::kGreaterEqual:
      return a >= b ? 1 : 0;
    case BinaryOp::kAnd:
      if (a == 0 || b == 0) return 0;
      return std::isnan(a) || std::isnan(b) ? kNaN : 1;
    case BinaryOp::kOr:
      // As in H2O, only 1 is true here.
      if (a == 1 || b == 1) return 1;
      return std::isnan(a) || std::isnan(b) ? kNaN : 0;
  }
  return kNaN;
}

constexpr bool ComparesForEquality(BinaryOp op) {
  return op == BinaryOp::kEqual || op == BinaryOp::kNotEqual;
}
constexpr bool Compares(BinaryOp op) {
  return op >= BinaryOp::kEqual && op <= BinaryOp::kGreaterEqual;
}

}  // namespace thalweg::internal
