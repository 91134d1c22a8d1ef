// The work of one mini-batch, in pieces that threads may do side by side:
//   1. Walk(begin, end): rows begin … end-1 through the net, forward, loss, and back to the deltas
//   of
//      all layers. Rows do not meet, so slices need no synchronization.
//   2. Prepare(), when all rows have been walked.
//   3. Update(tile): the gradient of some rows of one weight matrix over the whole batch, and at
//   once,
//      while it is in the cache, the optimizer's step on them. Tiles do not meet either.
//   4. Constrain(panel), only where max_w2 is set.
// Sums within a piece go in a fixed order and pieces depend on shapes only: the result is the same
// to the bit whoever does them.
//
// Weights whose input is zero are left as they are, with the optimizer's state: those of one-hot
// and sparse inputs that no row of the batch has, and in batches of one row those of every input or
// hidden unit that is zero.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "learn/deeplearning/net.h"
#include "learn/deeplearning/training_rows.h"

namespace thalweg {

struct StepOptions {
  double input_dropout = 0;
  double max_w2 = std::numeric_limits<double>::infinity();
  uint64_t seed = 0;
};

// Thread rule: within one number of the list above, calls for different pieces may run at the same
// time; all of a number end before the next begins.
template <class T>
class BatchStep {
 public:
  // Net, optimizer and rows must outlive the step. The optimizer has the net's blocks.
  BatchStep(Net<T>& net, Optimizer<T>& optimizer, const TrainingRows<T>& rows,
            const StepOptions& options, size_t capacity);

  // Rows per slice that suit this net, for Walk.
  size_t SliceRows() const { return slice_rows_; }

  // Begins a batch of at most `capacity` rows; `sample` is the number of the first.
  void Begin(std::span<const uint32_t> rows, uint64_t sample);
  // Returns the sum of the losses.
  double Walk(size_t begin, size_t end);
  void Prepare();
  size_t Tiles() const { return tiles_.size() + entry_tiles_.size(); }
  void Update(size_t tile);
  size_t Panels() const { return panels_.size(); }
  void Constrain(size_t panel);

 private:
  // Rows of a weight matrix, or (begin == end) its biases.
  struct Tile {
    size_t block = 0;  // of weights; that of biases is the next
    size_t begin = 0;
    size_t end = 0;
  };
  struct Panel {
    size_t block = 0;
    size_t begin = 0;
    size_t end = 0;
  };
  // A one-hot or sparse input of the batch.
  struct BatchEntry {
    uint32_t unit;
    uint32_t row;
    T value;
  };

  void PlanTiles();
  void GatherRows(size_t begin, size_t end);
  void UpdateWeights(const Tile& tile);
  void UpdateBiases(const Tile& tile);
  void UpdateEntries(size_t begin, size_t end);
  ConstMatrixView<T> InputsOf(size_t block) const;
  ConstMatrixView<T> DeltasOf(size_t block) const;

  Net<T>& net_;
  Optimizer<T>& optimizer_;
  const TrainingRows<T>& source_;
  StepOptions options_;
  std::vector<ParameterBlock<T>> blocks_;
  // Per weight block (even numbers, halved): which layer it is, 0 = input, else layers[n - 1].
  std::vector<size_t> layer_of_;
  size_t slice_rows_ = 0;
  std::vector<Tile> tiles_;
  std::vector<Panel> panels_;

  std::span<const uint32_t> rows_;
  uint64_t sample_ = 0;
  InputBatch<T> batch_;
  std::vector<int32_t> classes_;
  std::vector<T> values_;
  // [0]: the input layer's values and deltas; [n]: those of layers[n - 1].
  std::vector<Matrix<T>> outputs_;
  std::vector<Matrix<T>> deltas_;
  std::vector<BatchEntry> batch_entries_;               // sorted by unit, then row
  std::vector<std::pair<size_t, size_t>> entry_tiles_;  // ranges of batch_entries_, whole units
};

}  // namespace thalweg
