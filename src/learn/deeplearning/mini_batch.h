// Trains by mini-batches with all threads of a pool, with few barriers per batch (see
// batch_step.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "learn/deeplearning/batch_step.h"

namespace thalweg {

// The weights after a call are the same to the bit for every number of threads.
template <class T>
class MiniBatchTrainer {
 public:
  MiniBatchTrainer(Net<T>& net, Optimizer<T>& optimizer, const TrainingRows<T>& rows,
                   const StepOptions& options, size_t batch_size, ThreadPool& pool);

  // Trains on `order` in batches of batch_size (the last may be smaller); `sample` is the number of
  // samples trained so far. Returns the mean loss.
  double Train(std::span<const uint32_t> order, uint64_t sample);

 private:
  double TrainBatch(std::span<const uint32_t> rows, uint64_t sample);

  Optimizer<T>& optimizer_;
  BatchStep<T> step_;
  size_t batch_size_;
  ThreadPool& pool_;
};

}  // namespace thalweg
