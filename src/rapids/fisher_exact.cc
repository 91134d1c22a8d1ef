#include "rapids/fisher_exact.h"

#include <algorithm>
#include <cmath>

namespace thalweg::internal {

double FisherTest(int64_t a, int64_t b, int64_t c, int64_t d) {
  // Given the sums, the first cell tells all others.
  const int64_t row = a + b, column = a + c, all = a + b + c + d;
  const int64_t least = std::max<int64_t>(0, row + column - all), most = std::min(row, column);
  if (least == most) return 1;
  // How much more likely x + 1 is than x (hypergeometric).
  const auto growth = [&](int64_t x) {
    return static_cast<double>(row - x) * static_cast<double>(column - x) /
           (static_cast<double>(x + 1) * static_cast<double>(all - row - column + x + 1));
  };
  // Relative to the most likely one, so that nothing overflows; far from it all are 0.
  const auto mode = std::clamp(
      static_cast<int64_t>(static_cast<double>(row + 1) * static_cast<double>(column + 1) /
                           static_cast<double>(all + 2)),
      least, most);
  double own = 1;
  for (int64_t x = mode; x < a; ++x) own *= growth(x);
  for (int64_t x = mode; x > a; --x) own /= growth(x - 1);
  constexpr double kRounding = 1 + 1e-7;
  double sum = 0, chosen = 0;
  const auto add = [&](double chance) {
    sum += chance;
    if (chance <= own * kRounding) chosen += chance;
  };
  add(1);
  double chance = 1;
  for (int64_t x = mode; x < most && chance > 0; ++x) add(chance *= growth(x));
  chance = 1;
  for (int64_t x = mode; x > least && chance > 0; --x) add(chance /= growth(x - 1));
  return std::min(chosen / sum, 1.0);
}

double LikelihoodRatioTest(int64_t a, int64_t b, int64_t c, int64_t d) {
  const auto all = static_cast<double>(a + b + c + d);
  const auto part = [&](int64_t cell, int64_t row, int64_t column) {
    const auto count = static_cast<double>(cell);
    return count * std::log(count * all / (static_cast<double>(row) * static_cast<double>(column)));
  };
  const double ratio = 2 * (part(a, a + b, a + c) + part(b, a + b, b + d) + part(c, c + d, a + c) +
                            part(d, c + d, b + d));
  return std::erfc(std::sqrt(std::max(ratio, 0.0) / 2));
}

}  // namespace thalweg::internal
