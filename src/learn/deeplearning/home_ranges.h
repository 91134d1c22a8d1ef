// Tasks that return every time: each thread begins with the same range of them in every run, so
// that what they work on (weights and optimizer state) stays in its cache; who has ended helps
// others.
#pragma once

#include <algorithm>
#include <atomic>
#include <vector>

#include "base/thread_pool.h"

namespace thalweg {

// Calls task(i) once for each i in [0, tasks), on the threads of the pool.
template <class Task>
void RunInHomeRanges(ThreadPool& pool, size_t tasks, const Task& task) {
  const size_t threads = std::min(pool.size(), tasks);
  if (threads <= 1) {
    for (size_t i = 0; i < tasks; ++i) task(i);
    return;
  }
  struct alignas(64) Range {
    std::atomic<size_t> next{0};
    size_t end = 0;
  };
  std::vector<Range> ranges(pool.size());
  for (size_t t = 0; t < ranges.size(); ++t) {
    ranges[t].next = tasks * t / ranges.size();
    ranges[t].end = tasks * (t + 1) / ranges.size();
  }
  pool.Run(ranges.size(), [&](size_t /*run*/, size_t home) {
    for (size_t k = 0; k < ranges.size(); ++k) {
      Range& range = ranges[(home + k) % ranges.size()];
      for (;;) {
        const size_t i = range.next.fetch_add(1, std::memory_order_relaxed);
        if (i >= range.end) break;
        task(i);
      }
    }
  });
}

}  // namespace thalweg
