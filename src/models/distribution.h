// What a response is taken to be distributed as: its link (how the net's score becomes a mean) and
// its deviance (how far a prediction is from what was observed).
//
//   gaussian    identity  (y - m)^2
//   laplace     identity  |y - m|
//   quantile    identity  alpha (y - m) above m, (1 - alpha) (m - y) below
//   huber       identity  (y - m)^2 up to delta, delta (2 |y - m| - delta) beyond
//   poisson     log       2 (y log(y / m) - y + m)
//   gamma       log       2 (-log(y / m) + y / m - 1)
//   tweedie     log       2 (y^(2-p) / ((1-p)(2-p)) - y m^(1-p) / (1-p) + m^(2-p) / (2-p))
//   bernoulli   logit     -2 (y log m + (1 - y) log(1 - m)), and multinomial
//
// Unit deviances of exponential dispersion models (Jorgensen 1997); tweedie with p towards 1 and 2
// is poisson and gamma.
#pragma once

#include <array>
#include <string>

#include "base/fields.h"
#include "base/json_fwd.h"

namespace thalweg {

enum class DistributionKind {
  kAuto,  // of a parameter; never of a model
  kBernoulli,
  kMultinomial,
  kGaussian,
  kPoisson,
  kGamma,
  kTweedie,
  kLaplace,
  kQuantile,
  kHuber,
};
template <>
inline constexpr auto kEnumNames<DistributionKind> =
    std::array{"AUTO",  "bernoulli", "multinomial", "gaussian", "poisson",
               "gamma", "tweedie",   "laplace",     "quantile", "huber"};

struct Distribution {
  DistributionKind kind = DistributionKind::kGaussian;
  double tweedie_power = 1.5;   // between 1 and 2
  double quantile_alpha = 0.5;  // the quantile to predict
  double huber_delta = 1;       // in units of the response

  bool HasLogLink() const;
  // The power of the mean that the variance goes with: 1 poisson, 2 gamma, between them tweedie.
  double VariancePower() const;
  // The mean that a score stands for. Of bernoulli: a probability.
  double InverseLink(double score) const;
  // Of one observation; NaN where one of the three is. A mean of 0 of a log link counts as 1e-15,
  // and so does an observed 0 of gamma, which has none: its deviance would be infinite.
  double Deviance(double weight, double actual, double predicted) const;

  // An object with the name and what else is needed of it.
  Json ToJson() const;
  // std::exception where it is something else.
  static Distribution FromJson(const Json& value);
};

}  // namespace thalweg
