// Frames that ranks make in parts, for tests that look at whole ones.
#pragma once

#include <optional>

#include "cluster/local/local_ranks.h"
#include "cluster/local/test_ranks_for_test.h"
#include "mapreduce/gather_frame.h"

namespace thalweg {

// What `work(ranks, pool)` leaves in parts on so many ranks, whole; pools have `threads` threads.
template <class Work>
Frame Gathered(int size, size_t threads, const Work& work) {
  std::optional<Frame> whole;
  RunLocalRanks(size, [&](Communicator& ranks) {
    ThreadPool pool(threads);
    const Frame part = work(ranks, pool);
    Frame all = GatherFrame(part, ranks);
    if (ranks.rank() == 0) whole = std::move(all);
  });
  return *whole;
}

}  // namespace thalweg
