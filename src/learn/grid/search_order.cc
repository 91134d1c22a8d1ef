#include "learn/grid/search_order.h"

#include "base/error.h"

namespace thalweg {

SearchOrder::SearchOrder(SearchStrategy strategy, uint64_t size, uint64_t seed)
    : strategy_(strategy), size_(size), random_(seed) {}

uint64_t SearchOrder::Next() {
  Check(!done(), "a number is left to draw");
  const uint64_t place = drawn_++;
  if (strategy_ != SearchStrategy::kRandomDiscrete) return place;
  const auto at = [&](uint64_t i) {
    const auto moved = moved_.find(i);
    return moved == moved_.end() ? i : moved->second;
  };
  const uint64_t other = place + random_.Below(size_ - place);
  const uint64_t chosen = at(other);
  moved_[other] = at(place);
  moved_.erase(place);
  return chosen;
}

}  // namespace thalweg
