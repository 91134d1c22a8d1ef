// Mini-batches over ranks: each rank computes the gradients of its part of a batch, their sum moves
// the weights, alike on all ranks (synchronous gradient descent with an all-reduce; Chen et al.:
// Revisiting distributed synchronous SGD, 2016). Gradients travel from the last layer to the first
// while those below are computed, and weights move while gradients below them travel (Zhang et al.:
// Poseidon, 2017), in buckets of some layers, as small messages cost more than their bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/serial_worker.h"
#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "learn/deeplearning/batch_step.h"
#include "learn/deeplearning/gradient_sum.h"

namespace thalweg {

class GradientTrainer {
 public:
  // All ranks' nets, optimizers, rows and options are the same; null: this rank alone. Where
  // sums are exact, a batch is cut into up to kMostShards parts of at least kShardRows rows, whose
  // gradients are summed exactly: the weights are the same to the bit for every number of ranks and
  // threads.
  GradientTrainer(Net<float>& net, Optimizer<float>& optimizer, const TrainingRows<float>& rows,
                  const StepOptions& options, size_t batch_size, GradientSum::Kind kind,
                  Communicator* ranks, ThreadPool& pool);

  // A collective, with the same rows on all ranks. As MiniBatchTrainer::Train, but that the loss is
  // that of this rank's parts.
  double Train(std::span<const uint32_t> order, uint64_t sample);

  static constexpr size_t kShardRows = 8;
  static constexpr size_t kMostShards = 8;
  // A bucket is full with so many values.
  static constexpr size_t kBucketValues = size_t{1} << 18;

 private:
  // Blocks first_block … last_block-1, tiles first_tile … last_tile-1.
  struct Bucket {
    size_t first_block = 0;
    size_t last_block = 0;
    size_t first_tile = 0;
    size_t last_tile = 0;
  };
  // A rectangle of whole rows of a block.
  struct Tile {
    size_t block = 0;
    size_t begin = 0;
    size_t end = 0;
  };

  size_t Shards(size_t rows) const;
  double TrainBatch(std::span<const uint32_t> rows, uint64_t sample);
  // The gradient of some rows into the sum. `last`: buckets go on their way as they are full.
  double AddGradients(std::span<const uint32_t> rows, uint64_t sample, double share, bool last);
  double AddOwnGradients(std::span<const uint32_t> rows, uint64_t sample);
  void PlanBuckets();
  // Sends buckets whose blocks are all `block` or above.
  void SendFrom(size_t block);
  void Update(uint64_t sample);
  // What the gradient of the batch is to be scaled by, for its norm.
  float ClipFactor();
  template <class Visit>
  void VisitRows(const Tile& tile, const Visit& visit) const;

  Optimizer<float>& optimizer_;
  const StepOptions options_;
  const size_t batch_size_;
  const bool exact_;
  Communicator* ranks_;
  ThreadPool& pool_;
  std::vector<ParameterBlock<float>> blocks_;
  GradientSum sum_;
  BatchStep<float> step_;
  std::vector<Tile> tiles_;      // by block
  std::vector<Bucket> buckets_;  // from the last block to the first
  size_t sent_ = 0;              // buckets of this batch
  std::vector<double> squares_;  // per tile
  SerialWorker exchange_;        // ends first
};

}  // namespace thalweg
