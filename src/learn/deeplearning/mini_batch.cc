#include "learn/deeplearning/mini_batch.h"

#include <algorithm>

#include "kernels/flush_denormals.h"
#include "learn/deeplearning/run_step.h"

namespace thalweg {

template <class T>
MiniBatchTrainer<T>::MiniBatchTrainer(Net<T>& net, Optimizer<T>& optimizer,
                                      const TrainingRows<T>& rows, const StepOptions& options,
                                      size_t batch_size, ThreadPool& pool)
    : optimizer_(optimizer),
      step_(net, optimizer, rows, options, batch_size),
      batch_size_(batch_size),
      pool_(pool) {}

template <class T>
double MiniBatchTrainer<T>::Train(std::span<const uint32_t> order, uint64_t sample) {
  double loss = 0;
  for (size_t i = 0; i < order.size(); i += batch_size_) {
    const size_t count = std::min(batch_size_, order.size() - i);
    loss += TrainBatch(order.subspan(i, count), sample + i);
  }
  return order.empty() ? 0 : loss / static_cast<double>(order.size());
}

template <class T>
double MiniBatchTrainer<T>::TrainBatch(std::span<const uint32_t> rows, uint64_t sample) {
  const FlushDenormals flush;
  optimizer_.BeginStep(static_cast<double>(sample), 1);
  step_.Begin(rows, sample);
  RunStep(step_, pool_);
  return step_.Loss();
}

template class MiniBatchTrainer<float>;
template class MiniBatchTrainer<double>;

}  // namespace thalweg
