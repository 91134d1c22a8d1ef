#include "models/explain/shapley.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace thalweg {
namespace {

// Rows that a scorer is given at a time.
constexpr size_t kBatch = 256;

// Collects coalitions and scores them in batches; use(index, score) in the order of Add.
template <class Use>
class Batches {
 public:
  Batches(const CoalitionScorer& scorer, size_t row, Use use)
      : scorer_(scorer), row_(row), use_(std::move(use)), scores_(kBatch) {}
  void Add(uint32_t background, std::span<const uint8_t> mask) {
    backgrounds_.push_back(background);
    masks_.insert(masks_.end(), mask.begin(), mask.end());
    if (backgrounds_.size() == kBatch) Flush();
  }
  void Flush() {
    if (backgrounds_.empty()) return;
    scorer_.Score(row_, backgrounds_, masks_, std::span(scores_).first(backgrounds_.size()));
    for (size_t i = 0; i < backgrounds_.size(); ++i) use_(count_++, scores_[i]);
    backgrounds_.clear();
    masks_.clear();
  }

 private:
  const CoalitionScorer& scorer_;
  const size_t row_;
  Use use_;
  size_t count_ = 0;
  std::vector<uint32_t> backgrounds_;
  std::vector<uint8_t> masks_;
  std::vector<double> scores_;
};

}  // namespace

ShapleyValues ExactShapley(const CoalitionScorer& scorer, size_t row) {
  const size_t features = scorer.features();
  const size_t backgrounds = scorer.backgrounds();
  Check(features <= 20, "exact Shapley values are for up to 20 features");
  const size_t coalitions = size_t{1} << features;
  std::vector<double> value(coalitions);
  Batches batches(scorer, row, [&](size_t i, double score) { value[i / backgrounds] += score; });
  std::vector<uint8_t> mask(features);
  for (size_t set = 0; set < coalitions; ++set) {
    for (size_t j = 0; j < features; ++j) mask[j] = set >> j & 1;
    for (size_t b = 0; b < backgrounds; ++b) batches.Add(static_cast<uint32_t>(b), mask);
  }
  batches.Flush();
  for (double& v : value) v /= static_cast<double>(backgrounds);
  // weight[s] = s! (features - s - 1)! / features!
  std::vector<double> weight(features);
  for (size_t s = 0; s < features; ++s) {
    weight[s] = s == 0 ? 1 / static_cast<double>(features)
                       : weight[s - 1] * static_cast<double>(s) / static_cast<double>(features - s);
  }
  ShapleyValues result;
  result.score = value.back();
  result.contributions.resize(features);
  for (size_t set = 0; set < coalitions; ++set) {
    const auto size = static_cast<size_t>(__builtin_popcountll(set));
    for (size_t j = 0; j < features; ++j) {
      if (set >> j & 1) continue;
      result.contributions[j] += weight[size] * (value[set | size_t{1} << j] - value[set]);
    }
  }
  return result;
}

ShapleyValues PermutationShapley(const CoalitionScorer& scorer, size_t row, int64_t permutations,
                                 uint64_t seed, uint64_t number) {
  const size_t features = scorer.features();
  ShapleyValues result;
  result.contributions.resize(features);
  // One walk: features + 1 scores, from the background row to the row.
  std::vector<std::vector<uint32_t>> orders;  // of walks not yet scored
  size_t walk = 0;
  size_t place = 0;
  double before = 0;
  Batches batches(scorer, row, [&](size_t /*i*/, double score) {
    if (place > 0) result.contributions[orders[walk][place - 1]] += score - before;
    before = score;
    if (place == features) result.score = score;
    if (++place <= features) return;
    place = 0;
    if (++walk == orders.size()) {
      orders.clear();
      walk = 0;
    }
  });
  std::vector<uint8_t> mask(features);
  const auto add_walk = [&](uint32_t b, const std::vector<uint32_t>& order) {
    orders.push_back(order);
    std::fill(mask.begin(), mask.end(), 0);
    batches.Add(b, mask);
    for (uint32_t j : order) {
      mask[j] = 1;
      batches.Add(b, mask);
    }
  };
  std::vector<uint32_t> order(features);
  for (uint32_t b = 0; b < scorer.backgrounds(); ++b) {
    std::iota(order.begin(), order.end(), 0);
    Random random(seed, {number, b});
    for (int64_t k = 0; k < permutations; ++k) {
      random.Shuffle(std::span(order));
      add_walk(b, order);
      add_walk(b, {order.rbegin(), order.rend()});
    }
  }
  batches.Flush();
  const double walks =
      2.0 * static_cast<double>(permutations) * static_cast<double>(scorer.backgrounds());
  for (double& c : result.contributions) c /= walks;
  return result;
}

double BackgroundScore(const CoalitionScorer& scorer) {
  double sum = 0;
  Batches batches(scorer, 0, [&](size_t /*i*/, double score) { sum += score; });
  const std::vector<uint8_t> mask(scorer.features());
  for (size_t b = 0; b < scorer.backgrounds(); ++b) batches.Add(static_cast<uint32_t>(b), mask);
  batches.Flush();
  return sum / static_cast<double>(scorer.backgrounds());
}

}  // namespace thalweg
