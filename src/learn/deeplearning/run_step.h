// All phases of a batch, by the threads of a pool.
#pragma once

#include "base/thread_pool.h"
#include "kernels/flush_denormals.h"
#include "learn/deeplearning/batch_step.h"
#include "learn/deeplearning/home_ranges.h"

namespace thalweg {

// After BatchStep::Begin. The caller's thread flushes denormals, and hears of the end of each
// phase.
template <class T, class AfterPhase>
void RunStep(BatchStep<T>& step, ThreadPool& pool, const AfterPhase& after_phase) {
  for (size_t phase = 0; phase < step.Phases(); ++phase) {
    const size_t tasks = step.BeginPhase(phase);
    if (step.IsWorthThreads(phase)) {
      RunInHomeRanges(pool, tasks, [&](size_t task) {
        const FlushDenormals flush;
        step.Do(phase, task);
      });
    } else {
      for (size_t task = 0; task < tasks; ++task) step.Do(phase, task);
    }
    after_phase(phase);
  }
}

template <class T>
void RunStep(BatchStep<T>& step, ThreadPool& pool) {
  RunStep(step, pool, [](size_t /*phase*/) {});
}

}  // namespace thalweg
