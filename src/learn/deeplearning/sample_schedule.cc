#include "learn/deeplearning/sample_schedule.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace thalweg {
namespace {

constexpr uint64_t kFewestBatches = 16;

}  // namespace

uint64_t SampleSchedule::NextCut(uint64_t samples) const {
  const uint64_t epoch = EndOfEpoch(samples);
  if (iteration_ == 0) return epoch;
  return std::min(epoch, samples - samples % iteration_ + iteration_);
}

uint64_t SampleSchedule::End(double epochs) const {
  const double wanted = std::max(1.0, std::round(epochs * static_cast<double>(rows_)));
  const auto samples = static_cast<uint64_t>(wanted);
  uint64_t begin = samples - samples % rows_;
  if (iteration_ > 0) begin = std::max(begin, samples - samples % iteration_);
  const uint64_t end = begin + (samples - begin + batch_ / 2) / batch_ * batch_;
  return std::max(std::min(end, NextCut(samples)), std::min(batch_, NextCut(0)));
}

uint64_t SampleSchedule::StretchEnd(uint64_t samples, double speed) const {
  const double batches = speed * kStretchSeconds / static_cast<double>(batch_);
  const uint64_t count = batch_ * std::max(kFewestBatches, static_cast<uint64_t>(batches));
  return std::min(samples + count, NextCut(samples));
}

uint64_t SampleSchedule::IterationEnd(uint64_t samples, double speed) const {
  if (iteration_ == 0) return StretchEnd(samples, speed);
  return samples - samples % iteration_ + iteration_;
}

RowOrder::RowOrder(size_t rows, uint64_t seed, bool shuffle)
    : seed_(seed), shuffle_(shuffle), order_(rows) {}

std::span<const uint32_t> RowOrder::OfEpoch(uint64_t epoch) {
  if (!shuffle_) epoch = 0;
  if (epoch != epoch_) {
    std::iota(order_.begin(), order_.end(), 0);
    Random(seed_, {epoch}).Shuffle(std::span(order_));
    epoch_ = epoch;
  }
  return order_;
}

}  // namespace thalweg
