// The gamma function's family, defined as H2O's are.
#pragma once

namespace thalweg::internal {

// NaN at 0 and the negative integers.
double Gamma(double x);
// The logarithm of the gamma function; NaN where x <= 0.
double LogGamma(double x);
// First and second derivative of the logarithm of the gamma function (Bernardo 1976, algorithm
// AS 103; Schneider 1978, AS 121): recurrence up to large x, then the asymptotic series.
// -infinity (trigamma: infinity) at 0 and the negative integers.
double Digamma(double x);
double Trigamma(double x);

}  // namespace thalweg::internal
