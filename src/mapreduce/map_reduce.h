// Maps numbered tasks (the chunks of a frame, mostly) in parallel and joins their results in the
// order of the numbers, so that the result is the same for every number of threads.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/thread_pool.h"

namespace thalweg {

// `result` is joined with map(0), map(1), … one after the other by join(task, part, &result). map
// runs in parallel, join in the caller alone. The exception of the lowest-numbered task that threw
// is rethrown.
template <class Result, class Map, class Join>
Result MapReduce(size_t tasks, ThreadPool& pool, Result result, Map map, Join join) {
  using Part = decltype(map(size_t{0}));
  std::vector<Part> parts(tasks);
  pool.Run(tasks, [&](size_t task, size_t) { parts[task] = map(task); });
  for (size_t task = 0; task < tasks; ++task) {
    join(task, parts[task], &result);
    parts[task] = Part();
  }
  return result;
}

}  // namespace thalweg
