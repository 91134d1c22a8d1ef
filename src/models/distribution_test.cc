#include "models/distribution.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/json.h"

namespace thalweg {
namespace {

using Kind = DistributionKind;

// Values by hand from the definitions; those of log links agree with scikit-learn 1.5's
// mean_poisson_deviance, mean_gamma_deviance, mean_tweedie_deviance(power=1.5).
TEST(Distribution, DevianceByHand) {
  struct Case {
    Kind kind;
    double y, m, deviance;
  };
  const Case cases[] = {
      {Kind::kGaussian, 3, 1, 4},
      {Kind::kLaplace, 3, 5, 2},
      {Kind::kQuantile, 3, 1, 0.6},
      {Kind::kQuantile, 1, 3, 1.4},
      {Kind::kHuber, 1, 1.5, 0.25},
      {Kind::kHuber, 1, 5, 2 * (8 - 2)},
      {Kind::kPoisson, 0, 2, 4},
      {Kind::kPoisson, 3, 2, 2 * (3 * std::log(1.5) - 1)},
      {Kind::kGamma, 3, 2, 2 * (0.5 - std::log(1.5))},
      {Kind::kGamma, 0, 2, 2 * (std::log(2e15) - 1)},
      {Kind::kTweedie, 0, 4, 2 * 2 * 2},
      {Kind::kTweedie, 4, 1, 2 * (-4 * 2 + 4 * 2 + 2)},
      {Kind::kBernoulli, 1, 0.25, 2 * std::log(4)},
      {Kind::kBernoulli, 0, 0.5, 2 * std::log(2)},
  };
  for (const Case& c : cases) {
    const Distribution d = {
        .kind = c.kind, .tweedie_power = 1.5, .quantile_alpha = 0.3, .huber_delta = 2};
    EXPECT_NEAR(d.Deviance(1, c.y, c.m), c.deviance, 1e-12) << d.ToJson() << c.y;
    EXPECT_NEAR(d.Deviance(2.5, c.y, c.m), 2.5 * c.deviance, 1e-12);
    if (c.kind != Kind::kBernoulli) {
      EXPECT_NEAR(d.Deviance(1, 3, 3), 0, 1e-12) << d.ToJson();
    }
  }
}

TEST(Distribution, TweedieLiesBetweenPoissonAndGamma) {
  const auto tweedie = [](double p) {
    return Distribution{.kind = Kind::kTweedie, .tweedie_power = p}.Deviance(1, 3, 2);
  };
  EXPECT_NEAR(tweedie(1 + 1e-7), Distribution{.kind = Kind::kPoisson}.Deviance(1, 3, 2), 1e-5);
  EXPECT_NEAR(tweedie(2 - 1e-7), Distribution{.kind = Kind::kGamma}.Deviance(1, 3, 2), 1e-5);
}

TEST(Distribution, JsonRoundTrip) {
  for (size_t k = 1; k < kEnumNames<Kind>.size(); ++k) {
    const Distribution d = {.kind = static_cast<Kind>(k),
                            .tweedie_power = 1.25,
                            .quantile_alpha = 0.125,
                            .huber_delta = 4};
    const Json json = d.ToJson();
    const Distribution again = Distribution::FromJson(json);
    EXPECT_EQ(again.kind, d.kind);
    EXPECT_EQ(again.ToJson(), json);
  }
  EXPECT_THROW(Distribution::FromJson(JsonObject{{"name", "AUTO"}}), std::exception);
  EXPECT_THROW(Distribution::FromJson(JsonObject{{"name", "cauchy"}}), std::exception);
}

}  // namespace
}  // namespace thalweg
