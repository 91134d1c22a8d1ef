#include "frame/layout.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace thalweg {

Layout::Layout(std::vector<int64_t> starts, std::vector<uint32_t> first_chunks)
    : starts_(std::move(starts)), first_chunks_(std::move(first_chunks)) {
  Check(!starts_.empty() && starts_.front() == 0, "a layout's starts begin with 0");
  Check(std::is_sorted(starts_.begin(), starts_.end()), "a layout's starts never fall");
  Check(first_chunks_.size() >= 2 && first_chunks_.front() == 0 &&
            first_chunks_.back() == chunks() &&
            std::is_sorted(first_chunks_.begin(), first_chunks_.end()),
        "the ranks of a layout own contiguous ranges that cover all chunks");
  starts_.shrink_to_fit();
  first_chunks_.shrink_to_fit();
}

Layout::Layout(const std::vector<int64_t>& starts)
    : Layout(starts, {0, static_cast<uint32_t>(starts.empty() ? 0 : starts.size() - 1)}) {}

size_t Layout::ChunkOf(int64_t row) const {
  Check(row >= 0 && row < rows(), "row lies outside the layout");
  // The last chunk that starts at or before the row: empty ones before it start there too.
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), row);
  return static_cast<size_t>(after - starts_.begin()) - 1;
}

size_t Layout::OwnerOf(size_t chunk) const {
  Check(chunk < chunks(), "chunk lies outside the layout");
  const auto after = std::upper_bound(first_chunks_.begin(), first_chunks_.end(), chunk);
  return static_cast<size_t>(after - first_chunks_.begin()) - 1;
}

Layout Layout::WithoutRank(size_t rank, size_t heir) const {
  Check(rank < ranks() && heir < ranks() && (heir == rank + 1 || rank == heir + 1),
        "a rank's chunks go to one beside it");
  std::vector<uint32_t> first_chunks = first_chunks_;
  first_chunks.erase(first_chunks.begin() + static_cast<std::ptrdiff_t>(std::max(rank, heir)));
  return {starts_, std::move(first_chunks)};
}

}  // namespace thalweg
