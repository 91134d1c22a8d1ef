// Updates by single rows, on weights that all threads share without locks (Niu et al. 2011).
//
// The policy of the race: each thread walks rows of its own forward and back, in buffers of its
// own, and then moves the shared weights and the optimizer's state with plain vector loads and
// stores. A thread may read a weight that another is just writing, and of two writes to one weight
// at the same time one may be lost; both only add noise to a gradient that is noise already. A
// float is never torn: it is aligned, and x86-64 moves it whole. Nothing else is shared but the
// counter of rows and the averages of sparsity layers. All code that races is called from
// hogwild.cc alone, which is why the suppression file of ThreadSanitizer (tools/tsan.supp) names
// that file. Relaxed atomics would forbid vector instructions; docs/decisions/0006-hogwild.md has
// the measurements.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "learn/deeplearning/batch_step.h"

namespace thalweg {

// Results differ from run to run with more than one thread. With one thread they are those of
// MiniBatchTrainer with batches of one row, but for rates and max_w2, which
// change and are enforced every 1024 rows.
class HogwildTrainer {
 public:
  HogwildTrainer(Net<float>& net, Optimizer<float>& optimizer, const TrainingRows<float>& rows,
                 const StepOptions& options, ThreadPool& pool);

  // Trains on the rows of `order`, each once; `sample` is the number of samples trained so far.
  // Returns the mean loss.
  double Train(std::span<const uint32_t> order, uint64_t sample);

 private:
  Optimizer<float>& optimizer_;
  ThreadPool& pool_;
  std::vector<std::unique_ptr<BatchStep<float>>> steps_;  // one per thread
};

}  // namespace thalweg
