// The work of one mini-batch, cut into phases of tasks that threads may do side by side.
//
// First the walk: rows go through the net, forward, loss, and back to the deltas of all layers.
// Rows do not meet, so a slice of them walks through many layers without any synchronization. Only
// layers too large for the second-level cache make phases of their own, where tasks are columns, so
// that their weights are read once per batch. Then the update: the gradient of a tile of a weight
// matrix over the whole batch, and at once, while it is in the cache, the optimizer's step on it.
// So a small net has two phases per batch. Where max_w2 is set, a last phase enforces it; where
// gradients are clipped, a phase before the update computes all gradients for their norm alone
// (they are not kept: computing them twice takes less memory).
//
// Where the optimizer only collects gradients, the update may go by layers instead, each as soon as
// its deltas are there, so that gradients can travel while lower layers are still at work.
//
// Sums within a task go in a fixed order and tasks depend on shapes only: the result is the same to
// the bit whoever does them.
//
// Weights whose input is zero are left as they are, with the optimizer's state: those of inputs
// that are zero in every row of the batch (so that it makes no difference whether zeros are
// stored), and in batches of one row those of hidden units, too.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "learn/deeplearning/net.h"
#include "learn/deeplearning/training_rows.h"

namespace thalweg {

struct StepOptions {
  double input_dropout = 0;
  double input_noise = 0;  // of dense inputs, before some are dropped
  double max_w2 = std::numeric_limits<double>::infinity();
  // Gradients of a batch whose norm over all weights and biases is larger are scaled down to this.
  // The norm is that of the mean loss of the batch, without l1 and l2.
  double gradient_clip = std::numeric_limits<double>::infinity();
  uint64_t seed = 0;
};

// kByLayer: for optimizers that move no weights, without max_w2 and gradient_clip.
enum class UpdateOrder { kAtTheEnd, kByLayer };

// Thread rule: tasks of one phase may run at the same time; everything else alone.
template <class T>
class BatchStep {
 public:
  // Net, optimizer and rows must outlive the step. The optimizer has the net's blocks.
  BatchStep(Net<T>& net, Optimizer<T>& optimizer, const TrainingRows<T>& rows,
            const StepOptions& options, size_t capacity,
            UpdateOrder order = UpdateOrder::kAtTheEnd);

  // Begins a batch of at most `capacity` rows; `sample` is the number of the first. The optimizer's
  // BeginStep is the caller's.
  void Begin(std::span<const uint32_t> rows, uint64_t sample);
  size_t Phases() const { return phases_.size(); }
  // To be called in order; returns the number of tasks.
  size_t BeginPhase(size_t phase);
  void Do(size_t phase, size_t task);
  // False where a phase is done sooner than other threads could be called to help.
  bool IsWorthThreads(size_t phase) const;
  // The sum over the rows, after the walk.
  double Loss() const;

  // Of the values and deltas of all layers.
  size_t ActivationBytes() const;

  // The (last) one that moves the weights, after those that only compute.
  size_t UpdatePhase() const { return update_phase_; }
  // By layers: the block of weights whose gradient, and that of its biases in the next block, is
  // whole after this phase.
  std::optional<size_t> BlockOf(size_t phase) const;

 private:
  enum class PhaseKind { kRows, kColumns, kNorm, kUpdate, kConstrain };
  // Rows: steps first … last-1 for a slice of rows; columns: the same for some columns of a block
  // of rows. Update: tiles first … last-1, and with the first tile what the sparse inputs ask for.
  struct Phase {
    PhaseKind kind;
    size_t first = 0;
    size_t last = 0;
    size_t row_tasks = 0;  // kColumns: tasks are row blocks x column blocks
    bool whole = false;    // kColumns: a single block of all rows
    size_t weights = 0;    // of the tiles, where they are worked on
  };
  // A rectangle of a weight matrix, or (no rows) of its biases.
  struct Tile {
    size_t block = 0;  // of weights; that of biases is the next
    size_t row = 0;
    size_t rows = 0;
    size_t column = 0;
    size_t columns = 0;
  };
  // A one-hot or sparse input of the batch.
  struct BatchEntry {
    uint32_t unit;
    uint32_t row;
    T value;
  };

  // The walk is a row of steps: gather, input layer, each layer forward, loss, each layer back.
  size_t LossStep() const { return 2 + net_.layers.size(); }
  size_t Steps() const { return 3 + 2 * net_.layers.size(); }
  // The layer (from 0) of a step between input layer and end that is not the loss.
  size_t LayerOf(size_t step) const { return step < LossStep() ? step - 2 : Steps() - 1 - step; }
  bool IsColumnStep(size_t step) const;
  size_t ColumnsOf(size_t step) const;
  void PlanPhases(UpdateOrder order);
  // After this step of the walk the deltas of a block of weights are there.
  size_t StepOfDeltas(size_t block) const;
  Phase UpdateOf(size_t first_tile, size_t last_tile) const;
  void PlanUpdatesByLayer();
  void PlanTiles();

  void WalkRows(const Phase& phase, size_t begin, size_t end);
  void WalkColumns(const Phase& phase, size_t begin, size_t end, size_t first, size_t last);
  bool IsElementwise(size_t step) const;
  void GatherRows(size_t begin, size_t end);
  void CollectEntries();
  // Calls visit(block, row, column, gradient, factor) for the gradients of a task of the update:
  // that of the rectangle from (row, column) on is factor * gradient. `upcoming` is whether weights
  // and state are to be fetched meanwhile.
  template <class Visit>
  void VisitGradients(size_t task, bool upcoming, const Visit& visit) const;
  template <class Visit>
  void VisitWeights(const Tile& tile, bool upcoming, const Visit& visit) const;
  template <class Visit>
  void VisitEntries(size_t begin, size_t end, const Visit& visit) const;
  double SquaredNorm(size_t task) const;
  void Update(size_t task);
  // Scales the gradients of the batch down where their norm asks for it.
  void Clip();
  // Whether any row of the batch has a dense input that is not zero.
  bool IsInputUsed(size_t dense_unit) const;
  // The deltas of the tile's columns, copied into one stream, or null where that does not pay.
  const PackedFactor<T>* PackedDeltas(const Tile& tile) const;
  void Constrain(const Tile& panel);
  // Of rows begin … end-1 of the batch, once they are gathered.
  RowWeights<T> WeightsOf(size_t begin, size_t end) const {
    if (row_weights_.empty()) return {};
    return {std::span(row_weights_).subspan(begin, end - begin), source_.WeightUnit()};
  }
  ConstMatrixView<T> DeltasOf(size_t block) const {
    return deltas_[layer_of_[block / 2]].Rows(0, rows_.size());
  }
  // Of the input layer: its dense inputs.
  ConstMatrixView<T> InputsOf(size_t block) const {
    if (block == 0) return batch_.dense.Rows(0, rows_.size());
    return outputs_[layer_of_[block / 2] - 1].Rows(0, rows_.size());
  }

  Net<T>& net_;
  Optimizer<T>& optimizer_;
  const TrainingRows<T>& source_;
  StepOptions options_;
  std::vector<ParameterBlock<T>> blocks_;
  // Per weight block (even numbers, halved): which layer it is, 0 = input, else layers[n - 1].
  std::vector<size_t> layer_of_;
  std::vector<Phase> phases_;
  size_t update_phase_ = 0;
  size_t slice_rows_ = 0;
  double row_operations_ = 0;  // per row, of what is walked by rows
  std::vector<Tile> tiles_;
  std::vector<Tile> panels_;  // whole columns

  std::span<const uint32_t> rows_;
  uint64_t sample_ = 0;
  uint64_t batch_number_ = 0;  // among those of all nets in this process
  InputBatch<T> batch_;
  std::vector<int32_t> classes_;
  std::vector<T> values_;
  std::vector<T> row_weights_;  // empty where all are 1
  std::vector<T> offsets_;      // empty where all are 0
  // Autoencoders: the inputs before noise and dropout; empty where there is neither.
  InputBatch<T> whole_inputs_;
  std::vector<double> losses_;  // per slice
  // [0]: the input layer's values and deltas; [n]: those of layers[n - 1].
  // Layers that work in place share memory with their neighbours.
  std::vector<MatrixView<T>> outputs_;
  std::vector<MatrixView<T>> deltas_;
  std::vector<Matrix<T>> storage_;
  std::vector<BatchEntry> batch_entries_;               // sorted by unit, then row
  std::vector<std::pair<size_t, size_t>> entry_tiles_;  // ranges of batch_entries_, whole units
  std::vector<double> squared_norms_;                   // per task of kNorm
  T gradient_scale_ = 1;
};

}  // namespace thalweg
