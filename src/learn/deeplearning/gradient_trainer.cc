#include "learn/deeplearning/gradient_trainer.h"

#include <algorithm>
#include <cmath>

#include "kernels/flush_denormals.h"
#include "learn/deeplearning/home_ranges.h"
#include "learn/deeplearning/run_step.h"
#include "learn/deeplearning/weight_limit.h"

namespace thalweg {
namespace {

constexpr size_t kTileRows = 64;

// For a part of a batch: what concerns the whole is done with the sum.
StepOptions OfPart(StepOptions options) {
  options.max_w2 = std::numeric_limits<double>::infinity();
  options.gradient_clip = std::numeric_limits<double>::infinity();
  return options;
}

}  // namespace

GradientTrainer::GradientTrainer(Net<float>& net, Optimizer<float>& optimizer,
                                 const TrainingRows<float>& rows, const StepOptions& options,
                                 size_t batch_size, GradientSum::Kind kind, Communicator* ranks,
                                 ThreadPool& pool)
    : optimizer_(optimizer),
      options_(options),
      batch_size_(batch_size),
      exact_(kind == GradientSum::kExact),
      ranks_(ranks != nullptr && ranks->size() > 1 ? ranks : nullptr),
      pool_(pool),
      blocks_(net.Blocks()),
      sum_(blocks_, kind),
      step_(net, sum_.Recorder(1), rows, OfPart(options), batch_size, UpdateOrder::kByLayer) {
  for (size_t b = 0; b < blocks_.size(); ++b) {
    const size_t count = blocks_[b].values->rows();
    for (size_t r = 0; r < count; r += kTileRows) {
      tiles_.push_back({b, r, std::min(count, r + kTileRows)});
    }
  }
  PlanBuckets();
}

void GradientTrainer::PlanBuckets() {
  // Weights and the biases behind them stay together.
  size_t values = 0;
  Bucket bucket = {.first_block = blocks_.size(), .last_block = blocks_.size()};
  bucket.first_tile = bucket.last_tile = tiles_.size();
  while (bucket.first_block > 0) {
    bucket.first_block -= 2;
    for (size_t b = bucket.first_block; b < bucket.first_block + 2; ++b) {
      values += blocks_[b].values->rows() * blocks_[b].values->columns();
    }
    while (bucket.first_tile > 0 && tiles_[bucket.first_tile - 1].block >= bucket.first_block) {
      --bucket.first_tile;
    }
    if (values < kBucketValues && bucket.first_block > 0) continue;
    buckets_.push_back(bucket);
    bucket.last_block = bucket.first_block;
    bucket.last_tile = bucket.first_tile;
    values = 0;
  }
}

double GradientTrainer::Train(std::span<const uint32_t> order, uint64_t sample) {
  double loss = 0;
  for (size_t i = 0; i < order.size(); i += batch_size_) {
    const size_t count = std::min(batch_size_, order.size() - i);
    loss += TrainBatch(order.subspan(i, count), sample + i);
  }
  return order.empty() ? 0 : loss / static_cast<double>(order.size());
}

size_t GradientTrainer::Shards(size_t rows) const {
  if (exact_) return std::clamp<size_t>(rows / kShardRows, 1, kMostShards);
  return ranks_ == nullptr ? 1 : static_cast<size_t>(ranks_->size());
}

double GradientTrainer::TrainBatch(std::span<const uint32_t> rows, uint64_t sample) {
  const FlushDenormals flush;
  sum_.Clear();
  sent_ = 0;
  try {
    const double loss = AddOwnGradients(rows, sample);
    SendFrom(0);
    Update(sample);
    exchange_.WaitForAll();
    return loss;
  } catch (...) {
    // What still travels ends, too.
    if (ranks_ != nullptr) ranks_->Fail(std::current_exception());
    throw;
  }
}

double GradientTrainer::AddOwnGradients(std::span<const uint32_t> rows, uint64_t sample) {
  const size_t shards = Shards(rows.size());
  const size_t rank = ranks_ == nullptr ? 0 : static_cast<size_t>(ranks_->rank());
  const size_t size = ranks_ == nullptr ? 1 : static_cast<size_t>(ranks_->size());
  const size_t last = shards * (rank + 1) / size;
  double loss = 0;
  for (size_t s = shards * rank / size; s < last; ++s) {
    const size_t begin = rows.size() * s / shards;
    const size_t end = rows.size() * (s + 1) / shards;
    if (begin == end) continue;
    const double share = static_cast<double>(end - begin) / static_cast<double>(rows.size());
    loss += AddGradients(rows.subspan(begin, end - begin), sample + begin, share, s + 1 == last);
  }
  return loss;
}

double GradientTrainer::AddGradients(std::span<const uint32_t> rows, uint64_t sample, double share,
                                     bool last) {
  sum_.Recorder(share);
  step_.Begin(rows, sample);
  RunStep(step_, pool_, [&](size_t phase) {
    const auto block = step_.BlockOf(phase);
    if (last && block) SendFrom(*block);
  });
  return step_.Loss();
}

void GradientTrainer::SendFrom(size_t block) {
  for (; sent_ < buckets_.size() && buckets_[sent_].first_block >= block; ++sent_) {
    const Bucket& bucket = buckets_[sent_];
    if (ranks_ == nullptr) {
      sum_.AllReduce(bucket.first_block, bucket.last_block, nullptr);
      continue;
    }
    exchange_.Submit([this, &bucket] {
      const FlushDenormals flush;
      sum_.AllReduce(bucket.first_block, bucket.last_block, ranks_);
    });
  }
}

template <class Visit>
void GradientTrainer::VisitRows(const Tile& tile, const Visit& visit) const {
  const Matrix<float>& sums = sum_.block(tile.block);
  for (size_t r = tile.begin; r < tile.end; ++r) {
    if (tile.block > 0 || sum_.IsTouched(r)) visit(r, sums.row(r), sums.columns());
  }
}

float GradientTrainer::ClipFactor() {
  if (!std::isfinite(options_.gradient_clip)) return 1;
  squares_.assign(tiles_.size(), 0);
  RunInHomeRanges(pool_, tiles_.size(), [&](size_t task) {
    VisitRows(tiles_[task], [&](size_t, const float* gradient, size_t count) {
      for (size_t c = 0; c < count; ++c) {
        squares_[task] += static_cast<double>(gradient[c]) * static_cast<double>(gradient[c]);
      }
    });
  });
  double sum = 0;
  for (const double square : squares_) sum += square;
  const double norm = std::sqrt(sum);
  return norm > options_.gradient_clip ? static_cast<float>(options_.gradient_clip / norm) : 1;
}

void GradientTrainer::Update(uint64_t sample) {
  const bool clips = std::isfinite(options_.gradient_clip);
  if (clips && ranks_ != nullptr) exchange_.Wait(buckets_.size());
  const float factor = ClipFactor();
  optimizer_.BeginStep(static_cast<double>(sample), 1);
  for (size_t i = 0; i < buckets_.size(); ++i) {
    const Bucket& bucket = buckets_[i];
    if (ranks_ != nullptr) exchange_.Wait(i + 1);
    RunInHomeRanges(pool_, bucket.last_tile - bucket.first_tile, [&](size_t task) {
      const FlushDenormals flush;
      const Tile& tile = tiles_[bucket.first_tile + task];
      VisitRows(tile, [&](size_t row, const float* gradient, size_t count) {
        optimizer_.Update(tile.block, row, 0, gradient, factor, count);
      });
    });
  }
  if (!std::isfinite(options_.max_w2)) return;
  for (const ParameterBlock<float>& block : blocks_) {
    if (block.penalized) LimitWeights(block.values->view(), options_.max_w2);
  }
}

}  // namespace thalweg
