// The second half of BatchStep: from deltas to new weights.
#include <algorithm>
#include <cmath>

#include "kernels/vectors.h"
#include "learn/deeplearning/batch_step.h"
#include "learn/deeplearning/weight_limit.h"

namespace thalweg {
namespace {

constexpr size_t kEntriesPerTile = 64;
// From here on a copy of the deltas pays: many rows lie in many pages, many inputs share the copy.
constexpr size_t kPackRows = 32;
constexpr size_t kPackInputs = 256;
constexpr size_t kStripRows = 8;  // as the register tiles of a product

// Rows of zeros or of anything, of one thread, grown to what is asked for.
template <class T>
Matrix<T>& Scratch(size_t rows, size_t columns) {
  thread_local Matrix<T> scratch;
  if (scratch.rows() < rows || scratch.columns() != columns) scratch = Matrix<T>(rows, columns);
  return scratch;
}

}  // namespace

template <class T>
void BatchStep<T>::CollectEntries() {
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
bool BatchStep<T>::IsInputUsed(size_t dense_unit) const {
  const ConstMatrixView<T> x = InputsOf(0);
  for (size_t r = 0; r < x.rows; ++r) {
    if (x.row(r)[dense_unit] != 0) return true;
  }
  return false;
}

template <class T>
const PackedFactor<T>* BatchStep<T>::PackedDeltas(const Tile& tile) const {
  if (rows_.size() < kPackRows || blocks_[tile.block].values->rows() < kPackInputs) return nullptr;
  // One thread meets the same columns again in its next tiles.
  struct Kept {
    uint64_t batch = 0;
    size_t block = 0;
    size_t column = 0;
    PackedFactor<T> deltas;
  };
  thread_local Kept kept;
  if (kept.batch != batch_number_ || kept.block != tile.block || kept.column != tile.column) {
    kept.deltas.Pack(DeltasOf(tile.block).Columns(tile.column, tile.column + tile.columns));
    kept.batch = batch_number_;
    kept.block = tile.block;
    kept.column = tile.column;
  }
  return &kept.deltas;
}

template <class T>
template <class Visit>
void BatchStep<T>::VisitWeights(const Tile& tile, bool upcoming, const Visit& visit) const {
  const ConstMatrixView<T> dy = DeltasOf(tile.block);
  // The row of the weights that belongs to the first column of the inputs.
  const size_t origin = tile.block == 0 ? net_.options.input.levels : 0;
  const Layer<T>* layer =
      tile.block == 0 ? nullptr : net_.layers[layer_of_[tile.block / 2] - 1].get();
  if (rows_.size() == 1 && (layer == nullptr || !layer->SpansBatch())) {
    const T* x = InputsOf(tile.block).data;
    const ConstMatrixView<T> deltas = dy.Columns(tile.column, tile.column + tile.columns);
    for (size_t r = tile.row; r < tile.row + tile.rows; ++r) {
      const T value = x[r - origin];
      if (value != 0) visit(tile.block, r, tile.column, deltas, value);
    }
    return;
  }
  // In strips whose gradients stay in the first cache level; weights and state come there
  // meanwhile.
  const T factor = T{1} / static_cast<T>(rows_.size());
  GradientPart<T> part;
  part.first_column = tile.column;
  part.weights = WeightsOf(0, rows_.size());
  part.packed_dy = PackedDeltas(tile);
  for (size_t r = tile.row; r < tile.row + tile.rows; r += kStripRows) {
    const size_t rows = std::min(kStripRows, tile.row + tile.rows - r);
    part.first_row = r - origin;
    part.gradient = Scratch<T>(kStripRows, tile.columns).Rows(0, rows);
    if (upcoming) part.upcoming = optimizer_.Touched(tile.block, r, tile.column);
    if (layer == nullptr) {
      net_.input->DenseGradient(batch_, dy, part);
    } else {
      layer->WeightGradient(InputsOf(tile.block), dy, part);
    }
    if (tile.block > 0) {
      visit(tile.block, r, tile.column, ConstMatrixView<T>(part.gradient), factor);
      continue;
    }
    for (size_t i = 0; i < rows; ++i) {
      if (!IsInputUsed(r - origin + i)) continue;
      visit(0, r + i, tile.column, ConstMatrixView<T>(part.gradient.Rows(i, i + 1)), factor);
    }
  }
}

template <class T>
template <class Visit>
void BatchStep<T>::VisitEntries(size_t begin, size_t end, const Visit& visit) const {
  const ConstMatrixView<T> dy = DeltasOf(0);
  const T factor = T{1} / static_cast<T>(rows_.size());
  Matrix<T>& sums = Scratch<T>(1, dy.columns);
  for (size_t i = begin; i < end;) {
    const uint32_t unit = batch_entries_[i].unit;
    size_t next = i + 1;
    while (next < end && batch_entries_[next].unit == unit) ++next;
    if (next == i + 1) {
      const BatchEntry& entry = batch_entries_[i];
      visit(0, unit, 0, dy.Rows(entry.row, entry.row + 1), factor * entry.value);
    } else {
      std::fill_n(sums.data(), PaddedCount<T>(dy.columns), T{0});
      for (; i < next; ++i) {
        AddScaled(batch_entries_[i].value, dy.row(batch_entries_[i].row), sums.data(), dy.columns);
      }
      visit(0, unit, 0, ConstMatrixView<T>(sums.Rows(0, 1)), factor);
    }
    i = next;
  }
}

template <class T>
template <class Visit>
void BatchStep<T>::VisitGradients(size_t task, bool upcoming, const Visit& visit) const {
  if (task >= tiles_.size()) {
    const auto [begin, end] = entry_tiles_[task - tiles_.size()];
    return VisitEntries(begin, end, visit);
  }
  const Tile& tile = tiles_[task];
  if (tile.rows > 0) return VisitWeights(tile, upcoming, visit);
  // Biases.
  Matrix<T>& sums = Scratch<T>(1, tile.columns);
  SumRows<T>(DeltasOf(tile.block).Columns(tile.column, tile.column + tile.columns), sums.data());
  visit(tile.block + 1, 0, tile.column, ConstMatrixView<T>(sums.Rows(0, 1)),
        T{1} / static_cast<T>(rows_.size()));
}

template <class T>
void BatchStep<T>::Update(size_t task) {
  VisitGradients(task, true,
                 [this](size_t block, size_t row, size_t column, const ConstMatrixView<T>& gradient,
                        T factor) {
                   optimizer_.UpdateTile(block, row, column, gradient, gradient_scale_ * factor);
                 });
}

template <class T>
double BatchStep<T>::SquaredNorm(size_t task) const {
  double sum = 0;
  VisitGradients(task, false,
                 [&sum](size_t, size_t, size_t, const ConstMatrixView<T>& gradient, T factor) {
                   thread_local std::vector<double> squares;
                   squares.assign(gradient.columns, 0);
                   for (size_t r = 0; r < gradient.rows; ++r) {
                     const T* row = gradient.row(r);
                     for (size_t c = 0; c < gradient.columns; ++c) {
                       const auto g = static_cast<double>(row[c]);
                       squares[c] += g * g;
                     }
                   }
                   double part = 0;
                   for (double s : squares) part += s;
                   sum += part * static_cast<double>(factor) * static_cast<double>(factor);
                 });
  return sum;
}

template <class T>
void BatchStep<T>::Clip() {
  double sum = 0;
  for (double s : squared_norms_) sum += s;
  const double norm = std::sqrt(sum);
  gradient_scale_ =
      norm > options_.gradient_clip ? static_cast<T>(options_.gradient_clip / norm) : T{1};
}

template <class T>
void BatchStep<T>::Constrain(const Tile& panel) {
  Matrix<T>& weights = *blocks_[panel.block].values;
  LimitWeights(weights.view().Columns(panel.column, panel.column + panel.columns), options_.max_w2);
}

// The class itself is instantiated in batch_step.cc.
#define THALWEG_INSTANTIATE(T)                             \
  template void BatchStep<T>::CollectEntries();            \
  template void BatchStep<T>::Update(size_t);              \
  template double BatchStep<T>::SquaredNorm(size_t) const; \
  template void BatchStep<T>::Clip();                      \
  template void BatchStep<T>::Constrain(const Tile&)
THALWEG_INSTANTIATE(float);
THALWEG_INSTANTIATE(double);
#undef THALWEG_INSTANTIATE

}  // namespace thalweg
