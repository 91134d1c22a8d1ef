// Random cuts of rows into chunks, and of chunks into the shares of ranks.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "base/random.h"
#include "frame/layout.h"

namespace thalweg {

// Chunks of 0 to `most` rows, with the end of the last; one at least.
inline std::vector<int64_t> RandomStarts(Random& random, int64_t rows, uint64_t most = 8) {
  std::vector<int64_t> starts = {0};
  while (starts.back() < rows) {
    starts.push_back(std::min(rows, starts.back() + static_cast<int64_t>(random.Below(most + 1))));
  }
  if (starts.size() == 1) starts.push_back(0);
  return starts;
}

// Any shares, none for some.
inline LayoutPtr RandomOwners(Random& random, const std::vector<int64_t>& starts, int ranks) {
  std::vector<uint32_t> first_chunks = {0};
  for (int r = 1; r < ranks; ++r) {
    first_chunks.push_back(static_cast<uint32_t>(random.Below(starts.size())));
  }
  first_chunks.push_back(static_cast<uint32_t>(starts.size() - 1));
  std::sort(first_chunks.begin(), first_chunks.end());
  return std::make_shared<const Layout>(starts, first_chunks);
}

}  // namespace thalweg
