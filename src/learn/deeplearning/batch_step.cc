#include "learn/deeplearning/batch_step.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "kernels/dropout.h"

namespace thalweg {
namespace {

// A slice should take some 20 microseconds at least; 8 rows fill the register tiles of a product.
constexpr size_t kSliceUnit = 8;
constexpr double kSliceOperations = 2e6;
// Calling threads and waiting for them takes some microseconds; a thread does so many products or
// updates in that time.
constexpr double kThreadOperations = 2e5;
constexpr double kOperationsPerUpdate = 16;
// Layers with more weights than this go by columns: read once per batch, not once per slice.
constexpr size_t kColumnWeights = size_t{1} << 19;
constexpr size_t kRowBlock = 128;
constexpr size_t kColumnBlock = 48;
constexpr size_t kTileRows = 64;
constexpr size_t kTileColumns = 512;
constexpr size_t kPanelColumns = 64;

constexpr uint64_t kInputDropoutStream = 0;  // layers count from 1
constexpr uint64_t kInputNoiseStream = UINT64_MAX;

size_t CeilDivide(size_t a, size_t b) { return (a + b - 1) / b; }

template <class T>
void DropInputs(double ratio, Random random, InputBatch<T>& batch, size_t row) {
  T* dense = batch.dense.row(row);
  Dropout(ratio, random.Next(), 0, dense, dense, batch.shape.dense);
  const T scale = static_cast<T>(1 / (1 - ratio));
  std::erase_if(batch.entries[row], [&](InputEntry<T>& entry) {
    entry.value *= scale;
    return random.Bernoulli(ratio);
  });
}

// The padding of the row stays zero.
template <class T>
void AddInputNoise(double deviation, Random random, InputBatch<T>& batch, size_t row) {
  T* dense = batch.dense.row(row);
  const size_t count = batch.shape.dense;
  AddNoise(deviation, random.Next(), 0, dense, count);
  std::fill(dense + count, dense + PaddedCount<T>(count), T{0});
}

}  // namespace

template <class T>
BatchStep<T>::BatchStep(Net<T>& net, Optimizer<T>& optimizer, const TrainingRows<T>& rows,
                        const StepOptions& options, size_t capacity, UpdateOrder order)
    : net_(net),
      optimizer_(optimizer),
      source_(rows),
      options_(options),
      blocks_(net.Blocks()),
      batch_(net.options.input, capacity),
      classes_(capacity),
      values_(capacity),
      row_weights_(rows.HasWeights() ? capacity : 0),
      offsets_(rows.HasOffsets() ? capacity : 0) {
  if (IsReconstruction(net.options.loss) && options.input_dropout + options.input_noise > 0) {
    whole_inputs_ = InputBatch<T>(net.options.input, capacity);
  }
  const auto allocate = [&](size_t columns) {
    storage_.emplace_back(capacity, columns);
    return storage_.back().view();
  };
  outputs_.push_back(allocate(net.input->outputs()));
  deltas_.push_back(allocate(net.input->outputs()));
  layer_of_.push_back(0);
  for (size_t l = 0; l < net.layers.size(); ++l) {
    const Layer<T>& layer = *net.layers[l];
    outputs_.push_back(layer.ForwardInPlace() ? outputs_.back() : allocate(layer.outputs()));
    deltas_.push_back(layer.BackwardInPlace() ? deltas_.back() : allocate(layer.outputs()));
    if (net.layers[l]->parameters() != nullptr) layer_of_.push_back(l + 1);
  }
  PlanTiles();
  PlanPhases(order);
}

template <class T>
bool BatchStep<T>::IsColumnStep(size_t step) const {
  if (step == 0 || step == LossStep()) return false;
  if (step == 1) return net_.options.input.dense * net_.input->outputs() >= kColumnWeights;
  Layer<T>& layer = *net_.layers[LayerOf(step)];
  if (layer.SpansBatch()) return true;
  return layer.HasIndependentColumns() && layer.parameters() != nullptr &&
         layer.inputs() * layer.outputs() >= kColumnWeights;
}

template <class T>
bool BatchStep<T>::IsElementwise(size_t step) const {
  if (step < 2 || step == LossStep()) return false;
  Layer<T>& layer = *net_.layers[LayerOf(step)];
  return layer.HasIndependentColumns() && layer.parameters() == nullptr;
}

template <class T>
size_t BatchStep<T>::ColumnsOf(size_t step) const {
  if (step == 1) return net_.input->outputs();
  const Layer<T>& layer = *net_.layers[LayerOf(step)];
  return step < LossStep() ? layer.outputs() : layer.inputs();
}

template <class T>
size_t BatchStep<T>::StepOfDeltas(size_t block) const {
  const size_t layer = layer_of_[block / 2];
  return layer == net_.layers.size() ? LossStep() : Steps() - 1 - layer;
}

template <class T>
typename BatchStep<T>::Phase BatchStep<T>::UpdateOf(size_t first_tile, size_t last_tile) const {
  Phase phase = {.kind = PhaseKind::kUpdate, .first = first_tile, .last = last_tile};
  for (size_t t = first_tile; t < last_tile; ++t)
    phase.weights += tiles_[t].rows * tiles_[t].columns;
  return phase;
}

template <class T>
void BatchStep<T>::PlanUpdatesByLayer() {
  Check(!std::isfinite(options_.gradient_clip) && !std::isfinite(options_.max_w2),
        "what concerns all gradients comes after them");
  std::vector<Phase> walk;
  walk.swap(phases_);
  size_t last = tiles_.size();  // those from here on are planned
  for (const Phase& phase : walk) {
    phases_.push_back(phase);
    while (last > 0 && StepOfDeltas(tiles_[last - 1].block) < phase.last) {
      size_t first = last;
      while (first > 0 && tiles_[first - 1].block == tiles_[last - 1].block) --first;
      phases_.push_back(UpdateOf(first, last));
      last = first;
    }
  }
  update_phase_ = phases_.size() - 1;
}

template <class T>
std::optional<size_t> BatchStep<T>::BlockOf(size_t phase) const {
  const Phase& p = phases_[phase];
  if (p.kind != PhaseKind::kUpdate) return std::nullopt;
  return tiles_[p.first].block;
}

template <class T>
void BatchStep<T>::PlanPhases(UpdateOrder order) {
  for (size_t step = 0; step < Steps(); ++step) {
    const bool columns = IsColumnStep(step);
    const bool chained = !phases_.empty() && !columns &&
                         (phases_.back().kind == PhaseKind::kRows || IsElementwise(step));
    if (!chained) {
      const bool whole = columns && step > 1 && net_.layers[LayerOf(step)]->SpansBatch();
      phases_.push_back({.kind = columns ? PhaseKind::kColumns : PhaseKind::kRows,
                         .first = step,
                         .last = step + 1,
                         .whole = whole});
    } else {
      phases_.back().last = step + 1;
    }
  }
  if (order == UpdateOrder::kByLayer) {
    PlanUpdatesByLayer();
  } else {
    const Phase update = UpdateOf(0, tiles_.size());
    if (std::isfinite(options_.gradient_clip)) {
      phases_.push_back({.kind = PhaseKind::kNorm, .weights = update.weights});
    }
    update_phase_ = phases_.size();
    phases_.push_back(update);
    if (std::isfinite(options_.max_w2)) {
      phases_.push_back({.kind = PhaseKind::kConstrain, .weights = update.weights});
    }
  }

  double& operations = row_operations_;
  operations = 1;
  for (size_t step = 1; step < Steps(); ++step) {
    if (step == LossStep() || IsColumnStep(step)) continue;
    const size_t inputs =
        step == 1 ? net_.options.input.dense + 1 : net_.layers[LayerOf(step)]->inputs();
    const bool product = step == 1 || net_.layers[LayerOf(step)]->parameters() != nullptr;
    operations +=
        2 * static_cast<double>(ColumnsOf(step)) * (product ? static_cast<double>(inputs) : 10.0);
  }
  slice_rows_ = kSliceUnit * static_cast<size_t>(
                                 std::clamp(kSliceOperations / operations / kSliceUnit, 1., 1024.));
}

template <class T>
void BatchStep<T>::PlanTiles() {
  for (size_t b = 0; b < blocks_.size(); b += 2) {
    const Matrix<T>& weights = *blocks_[b].values;
    // Of the input layer, only dense inputs are cut beforehand.
    const InputShape& shape = net_.options.input;
    const size_t first = b == 0 ? shape.levels : 0;
    const size_t last = b == 0 ? shape.levels + shape.dense : weights.rows();
    for (size_t c = 0; c < weights.columns(); c += kTileColumns) {
      const size_t columns = std::min(kTileColumns, weights.columns() - c);
      for (size_t r = first; r < last; r += kTileRows) {
        tiles_.push_back({b, r, std::min(kTileRows, last - r), c, columns});
      }
      tiles_.push_back({b, 0, 0, c, columns});
    }
    for (size_t c = 0; blocks_[b].penalized && c < weights.columns(); c += kPanelColumns) {
      panels_.push_back({b, 0, weights.rows(), c, std::min(kPanelColumns, weights.columns() - c)});
    }
  }
}

template <class T>
void BatchStep<T>::Begin(std::span<const uint32_t> rows, uint64_t sample) {
  Check(rows.size() <= classes_.size(), "a batch fits its buffers");
  rows_ = rows;
  sample_ = sample;
  static std::atomic<uint64_t> batches{0};
  batch_number_ = ++batches;
  losses_.assign(CeilDivide(rows.size(), slice_rows_), 0);
}

template <class T>
size_t BatchStep<T>::BeginPhase(size_t phase) {
  Phase& p = phases_[phase];
  switch (p.kind) {
    case PhaseKind::kRows:
      return losses_.size();
    case PhaseKind::kColumns:
      p.row_tasks = p.whole ? 1 : CeilDivide(rows_.size(), kRowBlock);
      return p.row_tasks * CeilDivide(ColumnsOf(p.first), kColumnBlock);
    case PhaseKind::kNorm:
      CollectEntries();
      squared_norms_.resize(tiles_.size() + entry_tiles_.size());
      return squared_norms_.size();
    case PhaseKind::kUpdate:
      if (p.first > 0) return p.last - p.first;
      if (std::isfinite(options_.gradient_clip)) {
        Clip();
      } else {
        CollectEntries();
      }
      for (size_t l = 0; l < net_.layers.size(); ++l) {
        net_.layers[l]->Observe(outputs_[l + 1].Rows(0, rows_.size()), WeightsOf(0, rows_.size()));
      }
      return p.last + entry_tiles_.size();
    case PhaseKind::kConstrain:
      return panels_.size();
  }
  return 0;
}

template <class T>
void BatchStep<T>::Do(size_t phase, size_t task) {
  const Phase& p = phases_[phase];
  switch (p.kind) {
    case PhaseKind::kRows: {
      const size_t begin = task * slice_rows_;
      WalkRows(p, begin, std::min(rows_.size(), begin + slice_rows_));
      break;
    }
    case PhaseKind::kColumns: {
      const size_t row = task % p.row_tasks * kRowBlock;
      const size_t last = p.whole ? rows_.size() : std::min(rows_.size(), row + kRowBlock);
      const size_t column = task / p.row_tasks * kColumnBlock;
      WalkColumns(p, row, last, column, std::min(ColumnsOf(p.first), column + kColumnBlock));
      break;
    }
    case PhaseKind::kNorm:
      squared_norms_[task] = SquaredNorm(task);
      break;
    case PhaseKind::kUpdate:
      Update(p.first + task < p.last ? p.first + task : tiles_.size() + task - p.last);
      break;
    case PhaseKind::kConstrain:
      Constrain(panels_[task]);
      break;
  }
}

template <class T>
bool BatchStep<T>::IsWorthThreads(size_t phase) const {
  const auto rows = static_cast<double>(rows_.size());
  switch (phases_[phase].kind) {
    case PhaseKind::kRows:
      return rows * row_operations_ > kThreadOperations;
    case PhaseKind::kColumns: {
      const auto columns = static_cast<double>(ColumnsOf(phases_[phase].first));
      return !phases_[phase].whole || rows * columns * kOperationsPerUpdate > kThreadOperations;
    }
    case PhaseKind::kNorm:
    case PhaseKind::kUpdate: {
      const double sparse = static_cast<double>(batch_entries_.size() * net_.input->outputs());
      return static_cast<double>(phases_[phase].weights) * (kOperationsPerUpdate + 2 * rows) +
                 sparse * kOperationsPerUpdate >
             kThreadOperations;
    }
    case PhaseKind::kConstrain:
      return static_cast<double>(phases_[phase].weights) * 4 > kThreadOperations;
  }
  return true;
}

template <class T>
double BatchStep<T>::Loss() const {
  double sum = 0;
  for (double loss : losses_) sum += loss;
  return sum;
}

template <class T>
size_t BatchStep<T>::ActivationBytes() const {
  size_t bytes = 0;
  for (const Matrix<T>& matrix : storage_) bytes += matrix.elements().size_bytes();
  return bytes;
}

template <class T>
void BatchStep<T>::GatherRows(size_t begin, size_t end) {
  const bool reconstruction = IsReconstruction(net_.options.loss);
  const bool classification = NeedsClasses(net_.options.loss);
  for (size_t r = begin; r < end; ++r) {
    source_.Gather(rows_[r], batch_, r);
    if (!whole_inputs_.entries.empty()) {
      std::copy_n(batch_.dense.row(r), batch_.shape.dense, whole_inputs_.dense.row(r));
      whole_inputs_.entries[r] = batch_.entries[r];
    }
    if (options_.input_noise > 0) {
      AddInputNoise(options_.input_noise, Random(options_.seed, {sample_ + r, kInputNoiseStream}),
                    batch_, r);
    }
    if (options_.input_dropout > 0) {
      DropInputs(options_.input_dropout, Random(options_.seed, {sample_ + r, kInputDropoutStream}),
                 batch_, r);
    }
    if (!row_weights_.empty()) row_weights_[r] = source_.Weight(rows_[r]);
    if (!offsets_.empty()) offsets_[r] = source_.Offset(rows_[r]);
    if (classification) {
      classes_[r] = source_.Class(rows_[r]);
    } else if (!reconstruction) {
      values_[r] = source_.Value(rows_[r]);
    }
  }
}

template <class T>
void BatchStep<T>::WalkRows(const Phase& phase, size_t begin, size_t end) {
  const Pass<T> pass = {true, options_.seed, sample_ + begin, WeightsOf(begin, end)};
  for (size_t step = phase.first; step < phase.last; ++step) {
    if (step == 0) {
      GatherRows(begin, end);
    } else if (step == 1) {
      net_.input->Forward(batch_, begin, end, outputs_[0].Rows(begin, end));
    } else if (step == LossStep()) {
      const size_t count = end - begin;
      Targets<T> targets = {.classes = std::span(classes_).subspan(begin, count),
                            .values = std::span(values_).subspan(begin, count),
                            .inputs = whole_inputs_.entries.empty() ? &batch_ : &whole_inputs_,
                            .first_input = begin};
      if (!row_weights_.empty()) targets.weights = std::span(row_weights_).subspan(begin, count);
      if (!offsets_.empty()) targets.offsets = std::span(offsets_).subspan(begin, count);
      losses_[begin / slice_rows_] = net_.loss->Evaluate(outputs_.back().Rows(begin, end), targets,
                                                         deltas_.back().Rows(begin, end));
    } else {
      const size_t l = LayerOf(step);
      const MatrixView<T> x = outputs_[l].Rows(begin, end);
      const MatrixView<T> y = outputs_[l + 1].Rows(begin, end);
      if (step < LossStep()) {
        net_.layers[l]->Forward(pass, x, y);
      } else {
        net_.layers[l]->Backward(pass, x, y, deltas_[l + 1].Rows(begin, end),
                                 deltas_[l].Rows(begin, end));
      }
    }
  }
}

template <class T>
void BatchStep<T>::WalkColumns(const Phase& phase, size_t begin, size_t end, size_t first,
                               size_t last) {
  const Pass<T> pass = {true, options_.seed, sample_ + begin, WeightsOf(begin, end)};
  for (size_t step = phase.first; step < phase.last; ++step) {
    if (step == 1) {
      net_.input->ForwardColumns(batch_, begin, end, outputs_[0].Rows(begin, end), first, last);
      continue;
    }
    const size_t l = LayerOf(step);
    const MatrixView<T> x = outputs_[l].Rows(begin, end);
    const MatrixView<T> y = outputs_[l + 1].Rows(begin, end);
    if (step < LossStep()) {
      net_.layers[l]->ForwardColumns(pass, x, y, first, last);
    } else {
      net_.layers[l]->BackwardColumns(pass, x, y, deltas_[l + 1].Rows(begin, end),
                                      deltas_[l].Rows(begin, end), first, last);
    }
  }
}

template class BatchStep<float>;
template class BatchStep<double>;

}  // namespace thalweg
