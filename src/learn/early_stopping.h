// When a series of measurements has stopped getting better.
#pragma once

#include <cstdint>
#include <span>

namespace thalweg {

struct StoppingRule {
  int64_t rounds = 0;  // k; 0: never stop
  double tolerance = 0;
  bool larger_is_better = false;
};

// As H2O's ScoreKeeper.stopEarly: of the last 2k values the k + 1 moving averages over k are taken.
// True where none of the last k averages is better than the first by more than `tolerance` times
// its magnitude. The very first value of a series never counts (so 2k + 1 are needed), and as long
// as a value is not a number the answer is false.
bool HasConverged(std::span<const double> values, const StoppingRule& rule);

}  // namespace thalweg
