#include "learn/early_stopping.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace thalweg {

bool HasConverged(std::span<const double> values, const StoppingRule& rule) {
  if (rule.rounds <= 0) return false;
  const auto k = static_cast<size_t>(rule.rounds);
  if (values.size() < 2 * k + 1) return false;
  const std::span<const double> last = values.last(2 * k);
  const auto average = [&](size_t first) {
    const std::span<const double> window = last.subspan(first, k);
    return std::accumulate(window.begin(), window.end(), 0.0) / static_cast<double>(k);
  };
  const double reference = average(0);
  double gain = -std::numeric_limits<double>::infinity();
  for (size_t i = 1; i <= k; ++i) {
    const double difference = average(i) - reference;
    if (std::isnan(difference)) return false;
    gain = std::max(gain, rule.larger_is_better ? difference : -difference);
  }
  return !(gain > rule.tolerance * std::abs(reference));
}

}  // namespace thalweg
