#include "learn/deeplearning/mini_batch.h"

#include <algorithm>

#include "learn/deeplearning/home_ranges.h"

namespace thalweg {

template <class T>
MiniBatchTrainer<T>::MiniBatchTrainer(Net<T>& net, Optimizer<T>& optimizer,
                                      const TrainingRows<T>& rows, const StepOptions& options,
                                      size_t batch_size, ThreadPool& pool)
    : step_(net, optimizer, rows, options, batch_size), batch_size_(batch_size), pool_(pool) {}

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
  step_.Begin(rows, sample);
  const size_t slice = step_.SliceRows();
  const size_t slices = (rows.size() + slice - 1) / slice;
  losses_.assign(slices, 0);
  RunInHomeRanges(pool_, slices, [&](size_t i) {
    losses_[i] = step_.Walk(i * slice, std::min(rows.size(), (i + 1) * slice));
  });
  step_.Prepare();
  RunInHomeRanges(pool_, step_.Tiles(), [&](size_t i) { step_.Update(i); });
  if (step_.Panels() > 0) {
    RunInHomeRanges(pool_, step_.Panels(), [&](size_t i) { step_.Constrain(i); });
  }
  double loss = 0;
  for (double part : losses_) loss += part;
  return loss;
}

template class MiniBatchTrainer<float>;
template class MiniBatchTrainer<double>;

}  // namespace thalweg
