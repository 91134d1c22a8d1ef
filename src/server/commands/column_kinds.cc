#include "server/commands/column_kinds.h"

#include <bit>
#include <utility>

namespace thalweg {
namespace {

class Pcg32 {
 public:
  explicit Pcg32(uint64_t seed) {
    Next();
    state_ += seed;
    Next();
  }

  uint32_t Next() {
    const uint64_t old = state_;
    state_ = old * 6364136223846793005u + kIncrement;
    return std::rotr(static_cast<uint32_t>(((old >> 18) ^ old) >> 27), static_cast<int>(old >> 59));
  }

 private:
  static constexpr uint64_t kIncrement = 2 * 1 + 1;  // of stream 1
  uint64_t state_ = 0;
};

}  // namespace

std::vector<RandomKind> ChooseKinds(size_t columns, const KindFractions& fractions, uint64_t seed) {
  // 0.3 of 10 columns may be 2.9999: a tenth of a column is added before the fraction is cut off.
  const auto count = [&](double fraction) {
    return static_cast<size_t>(fraction * static_cast<double>(columns) + 0.1);
  };
  std::vector<std::pair<RandomKind, size_t>> counts = {
      {RandomKind::kCategorical, count(fractions.categorical)},
      {RandomKind::kInteger, count(fractions.integer)},
      {RandomKind::kReal, 0},
      {RandomKind::kBinary, count(fractions.binary)},
      {RandomKind::kTime, count(fractions.time)},
      {RandomKind::kString, count(fractions.string)}};
  size_t used = 0;
  for (auto& [kind, n] : counts) {
    if (n > columns - used) n = columns - used;
    used += n;
  }
  counts[2].second = columns - used;

  std::vector<size_t> places(columns);
  Pcg32 random(seed);
  for (size_t i = 1; i < columns; ++i) {
    const size_t j = random.Next() % (i + 1);
    places[i] = places[j];
    places[j] = i;
  }
  std::vector<RandomKind> kinds(columns);
  size_t next = 0;
  for (const auto& [kind, n] : counts) {
    for (size_t i = 0; i < n; ++i) kinds[places[next++]] = kind;
  }
  return kinds;
}

}  // namespace thalweg
