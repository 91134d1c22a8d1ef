#include "learn/deeplearning/class_balance.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "learn/deeplearning/shared_rows.h"

namespace thalweg {
namespace {

// `members`: how many rows each class has.
std::vector<double> FactorsOf(const std::vector<double>& members,
                              const ClassBalanceOptions& options) {
  std::vector<double> factors = options.factors;
  if (factors.empty()) {
    const double largest = *std::max_element(members.begin(), members.end());
    for (const double m : members) factors.push_back(m == 0 ? 1 : largest / m);
  }
  double rows = 0, after = 0;
  for (size_t k = 0; k < members.size(); ++k) {
    rows += members[k];
    after += factors[k] * members[k];
  }
  const double most = options.max_size * rows;
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
  std::vector<double> counts;
  for (const auto& m : members) counts.push_back(static_cast<double>(m.size()));
  SumOverRanks(counts, options.ranks);
  const std::vector<double> factors = FactorsOf(counts, options);
  BalancedRows balanced;
  for (size_t k = 0; k < levels; ++k) {
    std::vector<uint32_t>& m = members[k];
    if (m.empty()) continue;
    const auto wanted =
        static_cast<size_t>(std::max(1.0, std::round(factors[k] * static_cast<double>(m.size()))));
    for (size_t times = 0; times < wanted / m.size(); ++times) {
      balanced.rows.insert(balanced.rows.end(), m.begin(), m.end());
    }
    Random random = options.ranks == nullptr
                        ? Random(options.seed, {k})
                        : Random(options.seed, {k, static_cast<uint64_t>(options.ranks->rank())});
    random.Shuffle(std::span(m));
    balanced.rows.insert(balanced.rows.end(), m.begin(),
                         m.begin() + static_cast<ptrdiff_t>(wanted % m.size()));
  }
  std::sort(balanced.rows.begin(), balanced.rows.end());

  // Of each class, then of all.
  std::vector<double> before(levels + 1, 0.0), after(levels + 1, 0.0);
  const auto add = [&](size_t row, std::vector<double>& sums) {
    const double weight = weights.empty() ? 1 : weights[row];
    sums[static_cast<size_t>(classes[row])] += weight;
    sums.back() += weight;
  };
  for (size_t r = 0; r < classes.size(); ++r) add(r, before);
  for (uint32_t r : balanced.rows) add(r, after);
  SumOverRanks(before, options.ranks);
  SumOverRanks(after, options.ranks);
  for (size_t k = 0; k < levels; ++k) {
    balanced.factors.push_back(
        after[k] > 0 ? (before[k] / before.back()) / (after[k] / after.back()) : 1);
  }
  return balanced;
}

}  // namespace thalweg
