#include "rapids/gamma_functions.h"

#include <math.h>  // lgamma_r

#include <cmath>
#include <limits>
#include <numbers>

namespace thalweg::internal {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kPi = std::numbers::pi;

bool IsPole(double x) { return x <= 0 && x == std::floor(x); }

}  // namespace

double Gamma(double x) {
  if (std::isnan(x) || IsPole(x)) return kNaN;
  return std::tgamma(x);
}

double LogGamma(double x) {
  if (std::isnan(x) || x <= 0) return kNaN;
  int sign = 0;  // std::lgamma would write it into a variable that all threads share
  return lgamma_r(x, &sign);
}

double Digamma(double x) {
  if (std::isnan(x) || std::isinf(x)) return x > 0 ? x : kNaN;
  if (IsPole(x)) return -kInfinity;
  // Reflection: far from 0 the recurrence would take too long.
  if (x < -20) return Digamma(1 - x) - kPi / std::tan(kPi * x);
  double result = 0;
  for (; x < 10; ++x) result -= 1 / x;
  const double y = 1 / (x * x);
  // B_2k / 2k.
  return result + std::log(x) - 0.5 / x -
         y * (1.0 / 12 -
              y * (1.0 / 120 -
                   y * (1.0 / 252 - y * (1.0 / 240 - y * (1.0 / 132 - y * 691.0 / 32760)))));
}

double Trigamma(double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) return x > 0 ? 0 : kNaN;
  if (IsPole(x)) return kInfinity;
  if (x < -20) {
    const double sine = std::sin(kPi * x);
    return kPi * kPi / (sine * sine) - Trigamma(1 - x);
  }
  double result = 0;
  for (; x < 10; ++x) result += 1 / (x * x);
  const double y = 1 / (x * x);
  // B_2k.
  return result + 1 / x + y / 2 +
         y / x *
             (1.0 / 6 -
              y * (1.0 / 30 - y * (1.0 / 42 - y * (1.0 / 30 - y * (5.0 / 66 - y * 691.0 / 2730)))));
}

}  // namespace thalweg::internal
