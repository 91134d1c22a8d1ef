// Where the threads of this process are at this moment.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace thalweg {

struct ThreadStack {
  int64_t thread = 0;  // as the system numbers it
  std::string name;
  std::vector<std::string> frames;  // innermost first: function, or program+offset
};

// One look at every thread but the caller's. Threads are asked by a signal and have a moment to
// answer; one that does not (it has just ended) is left out. At most `depth` frames each.
// Thread rule: any thread; callers take turns.
std::vector<ThreadStack> SampleStacks(size_t depth);

// Looks `samples` times, `interval` apart, and counts equal stacks (one text, a line per frame).
std::map<std::string, int> ProfileStacks(size_t depth, int samples,
                                         std::chrono::milliseconds interval);

}  // namespace thalweg
