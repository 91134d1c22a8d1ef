#include "learn/deeplearning/batch_step.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "kernels/dropout.h"
#include "kernels/gemm.h"
#include "kernels/vectors.h"

namespace thalweg {
namespace {

// Gradient tiles stay in the second-level cache, with the weights and the optimizer's state.
constexpr size_t kTileElements = 32768;
constexpr size_t kLargestTileRows = 64;
constexpr size_t kSmallestTileRows = 16;
constexpr size_t kPanelColumns = 64;
constexpr size_t kEntriesPerTile = 64;
// A slice should take some 20 microseconds at least; 8 rows fill the register tiles of a product.
constexpr size_t kSliceRowUnit = 8;
constexpr double kSliceOperations = 2e6;
// Weights beyond the second-level cache are read once per slice: slices must have more rows.
constexpr size_t kLargeWeights = 1 << 20;
constexpr size_t kLargeSliceRows = 64;

// Scratch rows of one thread, grown to what is asked for.
template <class T>
Matrix<T>& Scratch(size_t rows, size_t columns) {
  thread_local Matrix<T> scratch;
  if (scratch.rows() < rows || scratch.columns() != columns) scratch = Matrix<T>(rows, columns);
  return scratch;
}

constexpr uint64_t kInputDropoutStream = 0;  // layers count from 1

template <class T>
void DropInputs(double ratio, Random random, InputBatch<T>& batch, size_t row) {
  T* dense = batch.dense.row(row);
  if (batch.shape.dense > 0) Dropout(ratio, random, dense, dense, batch.shape.dense);
  Random entry_random(random.Next());
  const T scale = static_cast<T>(1 / (1 - ratio));
  std::erase_if(batch.entries[row], [&](InputEntry<T>& entry) {
    entry.value *= scale;
    return entry_random.Bernoulli(ratio);
  });
}

}  // namespace

template <class T>
BatchStep<T>::BatchStep(Net<T>& net, Optimizer<T>& optimizer, const TrainingRows<T>& rows,
                        const StepOptions& options, size_t capacity)
    : net_(net),
      optimizer_(optimizer),
      source_(rows),
      options_(options),
      blocks_(net.Blocks()),
      batch_(net.options.input, capacity),
      classes_(capacity),
      values_(capacity) {
  outputs_.emplace_back(capacity, net.input->outputs());
  deltas_.emplace_back(capacity, net.input->outputs());
  layer_of_.push_back(0);
  for (size_t l = 0; l < net.layers.size(); ++l) {
    outputs_.emplace_back(capacity, net.layers[l]->outputs());
    deltas_.emplace_back(capacity, net.layers[l]->outputs());
    if (net.layers[l]->parameters() != nullptr) layer_of_.push_back(l + 1);
  }
  size_t largest = 0;
  double operations = 0;
  for (size_t b = 0; b < blocks_.size(); b += 2) {
    const Matrix<T>& weights = *blocks_[b].values;
    const size_t count = weights.rows() * weights.columns();
    largest = std::max(largest, count);
    operations += 4 * static_cast<double>(count);
  }
  const double wanted = kSliceOperations / operations;
  slice_rows_ = largest * sizeof(T) > 2 * kLargeWeights
                    ? kLargeSliceRows
                    : kSliceRowUnit * static_cast<size_t>(std::clamp(
                                          std::ceil(wanted / kSliceRowUnit), 1.0, 1024.0));
  PlanTiles();
}

template <class T>
void BatchStep<T>::PlanTiles() {
  for (size_t b = 0; b < blocks_.size(); b += 2) {
    const Matrix<T>& weights = *blocks_[b].values;
    const size_t columns = weights.columns();
    const size_t rows = std::clamp(kTileElements / std::max<size_t>(columns, 1), kSmallestTileRows,
                                   kLargestTileRows);
    // Of the input layer, only dense inputs are cut beforehand.
    const InputShape& shape = net_.options.input;
    const size_t first = b == 0 ? shape.levels : 0;
    const size_t last = b == 0 ? shape.levels + shape.dense : weights.rows();
    for (size_t r = first; r < last; r += rows) {
      tiles_.push_back({b, r, std::min(last, r + rows)});
    }
    tiles_.push_back({b, 0, 0});
    if (std::isfinite(options_.max_w2)) {
      for (size_t c = 0; c < columns; c += kPanelColumns) {
        panels_.push_back({b, c, std::min(columns, c + kPanelColumns)});
      }
    }
  }
}

template <class T>
void BatchStep<T>::Begin(std::span<const uint32_t> rows, uint64_t sample) {
  Check(rows.size() <= classes_.size(), "a batch fits its buffers");
  rows_ = rows;
  sample_ = sample;
  optimizer_.BeginStep(static_cast<double>(sample));
}

template <class T>
void BatchStep<T>::GatherRows(size_t begin, size_t end) {
  const bool classification = net_.options.loss != LossKind::kQuadratic;
  for (size_t r = begin; r < end; ++r) {
    source_.Gather(rows_[r], batch_, r);
    if (options_.input_dropout > 0) {
      DropInputs(options_.input_dropout, Random(options_.seed, {sample_ + r, kInputDropoutStream}),
                 batch_, r);
    }
    if (classification) {
      classes_[r] = source_.Class(rows_[r]);
    } else {
      values_[r] = source_.Value(rows_[r]);
    }
  }
}

template <class T>
double BatchStep<T>::Walk(size_t begin, size_t end) {
  GatherRows(begin, end);
  const Pass pass = {true, options_.seed, sample_ + begin};
  net_.input->Forward(batch_, begin, end, outputs_[0].Rows(begin, end));
  const size_t layers = net_.layers.size();
  for (size_t l = 0; l < layers; ++l) {
    net_.layers[l]->Forward(pass, outputs_[l].Rows(begin, end), outputs_[l + 1].Rows(begin, end));
  }
  const Targets<T> targets = {std::span(classes_).subspan(begin, end - begin),
                              std::span<const T>(values_).subspan(begin, end - begin)};
  const double loss = net_.loss->Evaluate(outputs_[layers].Rows(begin, end), targets,
                                          deltas_[layers].Rows(begin, end));
  for (size_t l = layers; l-- > 0;) {
    net_.layers[l]->Backward(pass, outputs_[l].Rows(begin, end), outputs_[l + 1].Rows(begin, end),
                             deltas_[l + 1].Rows(begin, end), deltas_[l].Rows(begin, end));
  }
  return loss;
}

template <class T>
void BatchStep<T>::Prepare() {
  batch_entries_.clear();
  entry_tiles_.clear();
  if (net_.options.input.levels + net_.options.input.sparse == 0) return;
  for (size_t r = 0; r < rows_.size(); ++r) {
    for (const InputEntry<T>& entry : batch_.entries[r]) {
      batch_entries_.push_back({entry.unit, static_cast<uint32_t>(r), entry.value});
    }
  }
  std::sort(batch_entries_.begin(), batch_entries_.end(),
            [](const BatchEntry& a, const BatchEntry& b) {
              return a.unit != b.unit ? a.unit < b.unit : a.row < b.row;
            });
  for (size_t i = 0; i < batch_entries_.size();) {
    size_t end = std::min(batch_entries_.size(), i + kEntriesPerTile);
    while (end < batch_entries_.size() &&
           batch_entries_[end].unit == batch_entries_[end - 1].unit) {
      ++end;
    }
    entry_tiles_.emplace_back(i, end);
    i = end;
  }
}

template <class T>
void BatchStep<T>::Update(size_t tile) {
  if (tile >= tiles_.size()) {
    const auto [begin, end] = entry_tiles_[tile - tiles_.size()];
    UpdateEntries(begin, end);
  } else if (tiles_[tile].begin == tiles_[tile].end) {
    UpdateBiases(tiles_[tile]);
  } else {
    UpdateWeights(tiles_[tile]);
  }
}

template <class T>
ConstMatrixView<T> BatchStep<T>::DeltasOf(size_t block) const {
  return deltas_[layer_of_[block / 2]].Rows(0, rows_.size());
}

// Of the input layer: its dense inputs.
template <class T>
ConstMatrixView<T> BatchStep<T>::InputsOf(size_t block) const {
  const Matrix<T>& inputs = block == 0 ? batch_.dense : outputs_[layer_of_[block / 2] - 1];
  return inputs.Rows(0, rows_.size());
}

template <class T>
void BatchStep<T>::UpdateWeights(const Tile& tile) {
  const ConstMatrixView<T> dy = DeltasOf(tile.block);
  // The first row of the weights that belongs to the first column of the inputs.
  const size_t origin = tile.block == 0 ? net_.options.input.levels : 0;
  const ConstMatrixView<T> x = InputsOf(tile.block);
  if (rows_.size() == 1) {
    for (size_t r = tile.begin; r < tile.end; ++r) {
      const T value = x.data[r - origin];
      if (value != 0) optimizer_.UpdateRow(tile.block, r, dy.data, value);
    }
    return;
  }
  const size_t count = tile.end - tile.begin;
  Matrix<T>& scratch = Scratch<T>(count, dy.columns);
  const MatrixView<T> gradient = scratch.Rows(0, count);
  if (tile.block == 0) {
    net_.input->DenseGradient(batch_, dy, tile.begin - origin, gradient);
  } else {
    net_.layers[layer_of_[tile.block / 2] - 1]->WeightGradient(x, dy, tile.begin, gradient);
  }
  optimizer_.UpdateRows(tile.block, tile.begin, gradient, T{1} / static_cast<T>(rows_.size()));
}

template <class T>
void BatchStep<T>::UpdateBiases(const Tile& tile) {
  const ConstMatrixView<T> dy = DeltasOf(tile.block);
  Matrix<T>& scratch = Scratch<T>(1, dy.columns);
  SumRows<T>(dy, scratch.data());
  optimizer_.UpdateRow(tile.block + 1, 0, scratch.data(), T{1} / static_cast<T>(rows_.size()));
}

template <class T>
void BatchStep<T>::UpdateEntries(size_t begin, size_t end) {
  const ConstMatrixView<T> dy = DeltasOf(0);
  const T factor = T{1} / static_cast<T>(rows_.size());
  Matrix<T>& scratch = Scratch<T>(1, dy.columns);
  for (size_t i = begin; i < end;) {
    const uint32_t unit = batch_entries_[i].unit;
    size_t next = i + 1;
    while (next < end && batch_entries_[next].unit == unit) ++next;
    if (next == i + 1) {
      const BatchEntry& entry = batch_entries_[i];
      optimizer_.UpdateRow(0, unit, dy.row(entry.row), factor * entry.value);
    } else {
      std::fill_n(scratch.data(), PaddedCount<T>(dy.columns), T{0});
      for (; i < next; ++i) {
        AddScaled(batch_entries_[i].value, dy.row(batch_entries_[i].row), scratch.data(),
                  dy.columns);
      }
      optimizer_.UpdateRow(0, unit, scratch.data(), factor);
    }
    i = next;
  }
}

template <class T>
void BatchStep<T>::Constrain(size_t panel) {
  const Panel& p = panels_[panel];
  Matrix<T>& weights = *blocks_[p.block].values;
  const size_t count = p.end - p.begin;
  const MatrixView<T> view = {weights.data() + p.begin, weights.rows(), count, weights.stride()};
  Matrix<T>& scale = Scratch<T>(1, kPanelColumns);
  std::fill_n(scale.data(), kPanelColumns, T{0});
  AddSquares<T>(view, scale.data());
  bool any = false;
  for (size_t c = 0; c < count; ++c) {
    const bool over = scale.data()[c] > options_.max_w2;
    any = any || over;
    scale.data()[c] = over ? std::sqrt(static_cast<T>(options_.max_w2) / scale.data()[c]) : T{1};
  }
  if (!any) return;
  for (size_t r = 0; r < view.rows; ++r) MultiplyBy(scale.data(), view.row(r), count);
}

template class BatchStep<float>;
template class BatchStep<double>;

}  // namespace thalweg
