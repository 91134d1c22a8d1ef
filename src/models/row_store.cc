#include "models/row_store.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include "kernels/vectors.h"

namespace thalweg {
namespace {

constexpr int64_t kBlockRows = 1024;

// The chunks that hold rows [begin, end): call(chunk number, first row inside, rows, offset in
// range).
template <class Call>
void ForEachChunkPart(const Frame& frame, int64_t begin, int64_t end, const Call& call) {
  const Layout& layout = frame.layout();
  for (int64_t row = begin; row < end;) {
    const size_t chunk = layout.ChunkOf(row);
    const int64_t start = layout.ChunkStart(chunk);
    const int64_t stop = std::min(end, start + layout.ChunkRows(chunk));
    call(chunk, static_cast<size_t>(row - start), static_cast<size_t>(stop - row),
         static_cast<size_t>(row - begin));
    row = stop;
  }
}

}  // namespace

RowStore::RowStore(const FeatureBinding& binding, int64_t begin, int64_t end,
                   std::span<const uint8_t> keep, ThreadPool& pool)
    : encoder_(binding.encoder) {
  const auto blocks = static_cast<size_t>((end - begin + kBlockRows - 1) / kBlockRows);
  block_rows_.assign(blocks + 1, 0);
  for (size_t b = 0; b < blocks; ++b) {
    const size_t from = b * kBlockRows;
    const size_t to = std::min(static_cast<size_t>(end - begin), from + kBlockRows);
    size_t rows = to - from;
    if (!keep.empty()) {
      rows = static_cast<size_t>(std::count_if(keep.begin() + static_cast<int64_t>(from),
                                               keep.begin() + static_cast<int64_t>(to),
                                               [](uint8_t k) { return k != 0; }));
    }
    block_rows_[b + 1] = block_rows_[b] + rows;
  }
  rows_ = block_rows_.back();

  const InputShape& shape = encoder_->shape();
  const size_t narrow = encoder_->narrow_units();
  scale_ = Matrix<float>(1, narrow);
  shift_ = Matrix<float>(1, narrow);
  imputed_ = Matrix<float>(1, narrow);
  for (const FeatureColumn& c : encoder_->columns()) {
    categoricals_ += c.one_hot() ? 1 : 0;
    if (!c.narrow || c.sparse) continue;
    const size_t j = c.unit - shape.levels;
    scale_(0, j) = static_cast<float>(c.scale);
    shift_(0, j) = static_cast<float>(c.base * c.scale + c.shift);
    imputed_(0, j) = static_cast<float>(c.imputed);
  }
  levels_.resize(rows_ * categoricals_);
  sparse_.resize(shape.sparse > 0 ? blocks : 0);
  for (bytes_ = narrow > 0;; bytes_ = false) {
    floats_per_row_ = shape.dense - (bytes_ ? narrow : 0);
    narrow_.assign(bytes_ ? rows_ * narrow : 0, 0);
    wide_.assign(rows_ * floats_per_row_, 0);
    std::atomic<bool> fits{true};
    std::atomic<bool> missing{false};
    std::atomic<bool> last_code{false};
    pool.Run(blocks, [&](size_t b, size_t /*thread*/) {
      if (!fits) return;
      const int64_t from = begin + static_cast<int64_t>(b) * kBlockRows;
      const int64_t to = std::min(end, from + kBlockRows);
      const auto kept =
          keep.empty() ? keep : keep.subspan(b * kBlockRows, static_cast<size_t>(to - from));
      bool block_missing = false;
      bool block_last = false;
      if (!EncodeBlock(binding, from, to, kept, block_rows_[b], &block_missing, &block_last)) {
        fits = false;
      }
      if (block_missing) missing = true;
      if (block_last) last_code = true;
      if (!sparse_.empty()) {
        EncodeSparse(binding, from, to, kept, block_rows_[b + 1] - block_rows_[b], sparse_[b]);
      }
    });
    bytes_missing_ = missing;
    if (fits && !(missing && last_code)) break;
  }
}

bool RowStore::EncodeBlock(const FeatureBinding& binding, int64_t begin, int64_t end,
                           std::span<const uint8_t> keep, size_t first, bool* missing,
                           bool* last_code) {
  const auto count = static_cast<size_t>(end - begin);
  std::vector<double> cells(count);
  std::vector<int64_t> codes(count);
  const size_t narrow = encoder_->narrow_units();
  const size_t first_float = bytes_ ? narrow : 0;
  size_t category = 0;
  for (size_t i = 0; i < binding.positions.size(); ++i) {
    const FeatureColumn& c = encoder_->columns()[i];
    if (c.sparse) continue;
    if (c.width > 0) {
      ReadCells(*binding.frame, binding.positions[i], begin, codes);
      const std::vector<int32_t>& places = binding.units[i];
      float* out =
          wide_.data() + first * floats_per_row_ + c.unit - encoder_->shape().levels - first_float;
      for (size_t r = 0; r < count; ++r) {
        if (!keep.empty() && keep[r] == 0) continue;
        const int32_t place =
            codes[r] == kMissingInt ? places.back() : places[static_cast<size_t>(codes[r])];
        const double* values = c.table.data() + static_cast<size_t>(place) * c.width;
        std::copy_n(values, c.width, out);
        out += floats_per_row_;
      }
      continue;
    }
    if (c.categorical) {
      ReadCells(*binding.frame, binding.positions[i], begin, codes);
      const std::vector<int32_t>& units = binding.units[i];
      int32_t* out = levels_.data() + first * categoricals_ + category++;
      for (size_t r = 0; r < count; ++r) {
        if (!keep.empty() && keep[r] == 0) continue;
        *out = codes[r] == kMissingInt ? units.back() : units[static_cast<size_t>(codes[r])];
        out += categoricals_;
      }
      continue;
    }
    ReadCells(*binding.frame, binding.positions[i], begin, cells);
    const size_t j = c.unit - encoder_->shape().levels;
    if (bytes_ && c.narrow) {
      uint8_t* out = narrow_.data() + first * narrow + j;
      for (size_t r = 0; r < count; ++r) {
        if (!keep.empty() && keep[r] == 0) continue;
        const double code = cells[r] - c.base;
        if (std::isnan(code)) {
          *out = kMissingByte;
          *missing = true;
        } else {
          if (!(code >= 0 && code <= kMissingByte && std::trunc(code) == code)) return false;
          *out = static_cast<uint8_t>(code);
          if (*out == kMissingByte) *last_code = true;
        }
        out += narrow;
      }
      continue;
    }
    float* out = wide_.data() + first * floats_per_row_ + j - first_float;
    for (size_t r = 0; r < count; ++r) {
      if (!keep.empty() && keep[r] == 0) continue;
      *out = static_cast<float>(std::isnan(cells[r]) ? c.imputed : cells[r] * c.scale + c.shift);
      out += floats_per_row_;
    }
  }
  return true;
}

void RowStore::EncodeSparse(const FeatureBinding& binding, int64_t begin, int64_t end,
                            std::span<const uint8_t> keep, size_t rows, SparseBlock& block) const {
  const auto count = static_cast<size_t>(end - begin);
  // Place of each row among those that are kept.
  std::vector<uint32_t> place(count);
  std::iota(place.begin(), place.end(), 0);
  for (size_t r = 0, kept = 0; !keep.empty() && r < count; ++r) {
    place[r] = keep[r] != 0 ? static_cast<uint32_t>(kept++) : UINT32_MAX;
  }
  struct Cell {
    uint32_t row;
    InputEntry<float> entry;
  };
  std::vector<Cell> cells;
  std::vector<uint32_t> positions;
  std::vector<double> values;
  for (size_t i = 0; i < binding.positions.size(); ++i) {
    const FeatureColumn& c = encoder_->columns()[i];
    if (!c.sparse) continue;
    const Column& column = binding.frame->column(binding.positions[i]);
    ForEachChunkPart(
        *binding.frame, begin, end, [&](size_t chunk, size_t from, size_t n, size_t at) {
          positions.resize(n);
          values.resize(n);
          const size_t found = column.chunk(chunk).NonZeros(from, from + n, positions, values);
          for (size_t k = 0; k < found; ++k) {
            const uint32_t row = place[at + positions[k] - from];
            if (row == UINT32_MAX) continue;
            const double value = std::isnan(values[k]) ? c.imputed : values[k] * c.scale;
            cells.push_back({row, {c.unit, static_cast<float>(value)}});
          }
        });
  }
  // Columns come in ascending order of units: counting rows keeps it within each row.
  block.starts.assign(rows + 1, 0);
  for (const Cell& cell : cells) ++block.starts[cell.row + 1];
  std::partial_sum(block.starts.begin(), block.starts.end(), block.starts.begin());
  std::vector<uint32_t> next(block.starts.begin(), block.starts.end() - 1);
  block.entries.resize(cells.size());
  for (const Cell& cell : cells) block.entries[next[cell.row]++] = cell.entry;
}

size_t RowStore::ByteSize() const {
  size_t bytes = narrow_.size() + 4 * (wide_.size() + levels_.size());
  for (const SparseBlock& block : sparse_) {
    bytes += 4 * block.starts.size() + sizeof(InputEntry<float>) * block.entries.size();
  }
  return bytes;
}

void RowStore::Gather(size_t row, InputBatch<float>& batch, size_t at) const {
  float* dense = batch.dense.row(at);
  const size_t narrow = bytes_ ? encoder_->narrow_units() : 0;
  if (bytes_) {
    Standardize(narrow_.data() + row * narrow, scale_.data(), shift_.data(),
                bytes_missing_ ? imputed_.data() : nullptr, dense, narrow);
  }
  std::copy_n(wide_.data() + row * floats_per_row_, floats_per_row_, dense + narrow);
  std::vector<InputEntry<float>>& entries = batch.entries[at];
  entries.clear();
  for (size_t k = 0; k < categoricals_; ++k) {
    const int32_t unit = levels_[row * categoricals_ + k];
    if (unit >= 0) entries.push_back({static_cast<uint32_t>(unit), 1});
  }
  if (sparse_.empty()) return;
  const auto after = std::upper_bound(block_rows_.begin(), block_rows_.end(), row);
  const auto b = static_cast<size_t>(after - block_rows_.begin()) - 1;
  const SparseBlock& block = sparse_[b];
  const size_t local = row - block_rows_[b];
  entries.insert(entries.end(), block.entries.begin() + block.starts[local],
                 block.entries.begin() + block.starts[local + 1]);
}

}  // namespace thalweg
