#include "learn/deeplearning/class_balance.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace thalweg {
namespace {

std::vector<double> FactorsOf(const std::vector<std::vector<uint32_t>>& members, size_t rows,
                              const ClassBalanceOptions& options) {
  std::vector<double> factors = options.factors;
  if (factors.empty()) {
    size_t largest = 0;
    for (const auto& m : members) largest = std::max(largest, m.size());
    for (const auto& m : members) {
      factors.push_back(m.empty() ? 1
                                  : static_cast<double>(largest) / static_cast<double>(m.size()));
    }
  }
  double after = 0;
  for (size_t k = 0; k < members.size(); ++k) {
    after += factors[k] * static_cast<double>(members[k].size());
  }
  const double most = options.max_size * static_cast<double>(rows);
  for (double& f : factors) f *= std::min(1.0, most / after);
  return factors;
}

}  // namespace

BalancedRows BalanceClasses(std::span<const int32_t> classes, std::span<const double> weights,
                            size_t levels, const ClassBalanceOptions& options) {
  std::vector<std::vector<uint32_t>> members(levels);
  for (size_t r = 0; r < classes.size(); ++r) {
    members[static_cast<size_t>(classes[r])].push_back(static_cast<uint32_t>(r));
  }
  const std::vector<double> factors = FactorsOf(members, classes.size(), options);
  BalancedRows balanced;
  for (size_t k = 0; k < levels; ++k) {
    std::vector<uint32_t>& m = members[k];
    if (m.empty()) continue;
    const auto wanted =
        static_cast<size_t>(std::max(1.0, std::round(factors[k] * static_cast<double>(m.size()))));
    for (size_t times = 0; times < wanted / m.size(); ++times) {
      balanced.rows.insert(balanced.rows.end(), m.begin(), m.end());
    }
    Random(options.seed, {k}).Shuffle(std::span(m));
    balanced.rows.insert(balanced.rows.end(), m.begin(),
                         m.begin() + static_cast<ptrdiff_t>(wanted % m.size()));
  }
  std::sort(balanced.rows.begin(), balanced.rows.end());

  std::vector<double> before(levels, 0.0), after(levels, 0.0);
  double all_before = 0, all_after = 0;
  const auto weight = [&](size_t row) { return weights.empty() ? 1 : weights[row]; };
  for (size_t r = 0; r < classes.size(); ++r) {
    before[static_cast<size_t>(classes[r])] += weight(r);
    all_before += weight(r);
  }
  for (uint32_t r : balanced.rows) {
    after[static_cast<size_t>(classes[r])] += weight(r);
    all_after += weight(r);
  }
  for (size_t k = 0; k < levels; ++k) {
    balanced.factors.push_back(after[k] > 0 ? (before[k] / all_before) / (after[k] / all_after)
                                            : 1);
  }
  return balanced;
}

}  // namespace thalweg
