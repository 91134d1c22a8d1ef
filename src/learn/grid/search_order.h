// In which order the combinations of a grid are tried.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "base/random.h"
#include "learn/grid/search_criteria.h"

namespace thalweg {

// The numbers 0 … size-1, each once: in turn, or shuffled. Memory goes with the numbers drawn, not
// with `size`: a Fisher-Yates shuffle that remembers only what it has moved.
class SearchOrder {
 public:
  SearchOrder(SearchStrategy strategy, uint64_t size, uint64_t seed);

  bool done() const { return drawn_ == size_; }
  // InternalError where all are drawn.
  uint64_t Next();

 private:
  const SearchStrategy strategy_;
  const uint64_t size_;
  uint64_t drawn_ = 0;
  Random random_;
  std::unordered_map<uint64_t, uint64_t> moved_;
};

}  // namespace thalweg
