#include "models/distribution.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/json.h"

namespace thalweg {
namespace {

constexpr double kSmallest = 1e-15;
// Keeps means finite as floats.
constexpr double kLargestLogMean = 80;

double LogOrZero(double factor, double value) { return factor == 0 ? 0 : factor * std::log(value); }

double TweedieDeviance(double p, double y, double m) {
  const double own = y == 0 ? 0 : std::pow(y, 2 - p) / ((1 - p) * (2 - p));
  return 2 * (own - y * std::pow(m, 1 - p) / (1 - p) + std::pow(m, 2 - p) / (2 - p));
}

double UnitDeviance(const Distribution& d, double y, double m) {
  const double error = y - m;
  switch (d.kind) {
    case DistributionKind::kBernoulli:
    case DistributionKind::kMultinomial:
      return -2 *
             (LogOrZero(y, std::max(m, kSmallest)) + LogOrZero(1 - y, std::max(1 - m, kSmallest)));
    case DistributionKind::kPoisson:
      m = std::max(m, kSmallest);
      return 2 * (LogOrZero(y, y / m) - y + m);
    case DistributionKind::kGamma:
      m = std::max(m, kSmallest);
      return 2 * (-std::log(std::max(y, kSmallest) / m) + y / m - 1);
    case DistributionKind::kTweedie:
      return TweedieDeviance(d.tweedie_power, y, std::max(m, kSmallest));
    case DistributionKind::kLaplace:
      return std::abs(error);
    case DistributionKind::kQuantile:
      return error > 0 ? d.quantile_alpha * error : (d.quantile_alpha - 1) * error;
    case DistributionKind::kHuber:
      return std::abs(error) <= d.huber_delta
                 ? error * error
                 : d.huber_delta * (2 * std::abs(error) - d.huber_delta);
    default:
      return error * error;
  }
}

}  // namespace

bool Distribution::HasLogLink() const {
  return kind == DistributionKind::kPoisson || kind == DistributionKind::kGamma ||
         kind == DistributionKind::kTweedie;
}

double Distribution::VariancePower() const {
  return kind == DistributionKind::kPoisson ? 1
         : kind == DistributionKind::kGamma ? 2
                                            : tweedie_power;
}

double Distribution::InverseLink(double score) const {
  if (HasLogLink()) return std::exp(std::min(score, kLargestLogMean));
  if (kind == DistributionKind::kBernoulli) return 1 / (1 + std::exp(-score));
  return score;
}

double Distribution::Deviance(double weight, double actual, double predicted) const {
  return weight * UnitDeviance(*this, actual, predicted);
}

Json Distribution::ToJson() const {
  JsonObject object{{"name", kEnumNames<DistributionKind>[static_cast<size_t>(kind)]}};
  if (kind == DistributionKind::kTweedie) object["tweedie_power"] = tweedie_power;
  if (kind == DistributionKind::kQuantile) object["quantile_alpha"] = quantile_alpha;
  if (kind == DistributionKind::kHuber) object["huber_delta"] = huber_delta;
  return object;
}

Distribution Distribution::FromJson(const Json& value) {
  Distribution d;
  const auto name = boost::json::value_to<std::string>(value.at("name"));
  const auto& names = kEnumNames<DistributionKind>;
  const auto found = std::find(names.begin() + 1, names.end(), name);
  if (found == names.end()) throw std::out_of_range("unknown distribution " + name);
  d.kind = static_cast<DistributionKind>(found - names.begin());
  const JsonObject& object = value.as_object();
  const auto read = [&](const char* key, double& member) {
    if (const Json* number = object.if_contains(key)) member = number->to_number<double>();
  };
  read("tweedie_power", d.tweedie_power);
  read("quantile_alpha", d.quantile_alpha);
  read("huber_delta", d.huber_delta);
  return d;
}

}  // namespace thalweg
