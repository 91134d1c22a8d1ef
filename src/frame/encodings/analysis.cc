#include "frame/encodings/analysis.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "frame/encodings/exact_division.h"
#include "frame/encodings/sparse_layout.h"
#include "frame/encodings/string_levels.h"
#include "kernels/measure.h"

namespace thalweg::internal {
namespace {

template <class T>
bool IsEntry(T cell) {
  // Bits other than 0: -0.0 is one.
  return std::bit_cast<uint64_t>(cell) != 0;
}

// Without a branch per cell: which cells are zero is hard to foresee.
template <class T>
size_t CopyEntries(std::span<const T> cells, uint32_t* rows, T* entries) {
  size_t count = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    rows[count] = static_cast<uint32_t>(i);
    entries[count] = cells[i];
    count += IsEntry(cells[i]) ? 1 : 0;
  }
  return count;
}

void MeasureMantissas(std::span<const int64_t> cells, CellStats* stats) {
  const IntegerMeasures measures = MeasureIntegers(cells);
  stats->missing = static_cast<uint32_t>(measures.missing);
  stats->nonzeros = static_cast<uint32_t>(cells.size() - measures.zeros);
  stats->changes = static_cast<uint32_t>(measures.changes);
  if (measures.missing < cells.size()) {
    stats->min = measures.min;
    stats->max = measures.max;
  }
}

void MeasureReals(std::span<const double> cells, CellStats* stats) {
  const DoubleMeasures measures = MeasureDoubles(cells);
  stats->missing = static_cast<uint32_t>(measures.missing);
  stats->nonzeros = static_cast<uint32_t>(cells.size() - measures.zeros);
  stats->changes = static_cast<uint32_t>(measures.changes);
  // -0.0 is no integer: read as one it would lose its sign.
  stats->integral = measures.integral && !measures.negative_zero;
  stats->floats = measures.floats;
  stats->negative_zero = measures.negative_zero;
}

// Times of whole days, hours or seconds, where the greatest common divisor itself has more than 32
// bits.
constexpr uint64_t kTimeDivisors[] = {86'400'000, 3'600'000, 1000};
constexpr uint64_t kLeastDivisor = 16;
constexpr int64_t kMostMantissa = int64_t{1} << 52;

uint32_t FindDivisor(std::span<const int64_t> cells, const CellStats& stats) {
  if (stats.min < -kMostMantissa || stats.max > kMostMantissa) return 1;
  auto divisor = static_cast<uint64_t>(stats.max - stats.min);
  if (divisor < kLeastDivisor) return 1;
  ExactDivision division(divisor);
  for (const int64_t cell : cells) {
    if (cell == kMissingInt) continue;
    const auto distance = static_cast<uint64_t>(cell - stats.min);
    if (division.Divides(distance)) continue;
    // Of most columns some cells are enough to see that there is none.
    divisor = std::gcd(distance, divisor);
    if (divisor < kLeastDivisor) return 1;
    division = ExactDivision(divisor);
  }
  if (divisor <= std::numeric_limits<uint32_t>::max()) return static_cast<uint32_t>(divisor);
  for (const uint64_t time : kTimeDivisors) {
    if (divisor % time == 0) return static_cast<uint32_t>(time);
  }
  return 1;
}

}  // namespace

Analysis::Analysis(const Cells& cells) : cells_(cells) {
  switch (cells.kind) {
    case CellKind::kScaled:
      stats_.rows = static_cast<uint32_t>(cells.mantissas.size());
      MeasureMantissas(cells.mantissas, &stats_);
      stats_.integral = cells.scale == 0;
      break;
    case CellKind::kReal:
      stats_.rows = static_cast<uint32_t>(cells.reals.size());
      MeasureReals(cells.reals, &stats_);
      break;
    case CellKind::kString:
      stats_.rows = static_cast<uint32_t>(cells.strings.size());
      for (const std::string_view cell : cells.strings) {
        stats_.missing += cell.data() == nullptr ? 1 : 0;
        stats_.text_bytes += cell.size();
      }
      break;
    case CellKind::kUuid:
      stats_.rows = static_cast<uint32_t>(cells.uuids.size());
      for (const Uuid& cell : cells.uuids) stats_.missing += cell == kMissingUuid ? 1 : 0;
      break;
  }
}

Analysis::Analysis(uint32_t rows, CellKind kind, int scale, const SparseCells& entries)
    : given_sparse_(true), sparse_(entries) {
  cells_.kind = kind;
  cells_.scale = scale;
  stats_.rows = rows;
  if (kind == CellKind::kScaled) {
    MeasureMantissas(entries.mantissas, &stats_);
    stats_.integral = scale == 0;
  } else {
    MeasureReals(entries.reals, &stats_);
  }
  Check(stats_.nonzeros == entries.rows.size() && !stats_.negative_zero,
        "entries of sparse cells are not zero");
  if (stats_.nonzeros < rows) {
    stats_.min = std::min<int64_t>(stats_.min, 0);
    stats_.max = std::max<int64_t>(stats_.max, 0);
    // Every entry may differ from both of its neighbours.
    stats_.changes = static_cast<uint32_t>(
        std::min(uint64_t{2} * stats_.nonzeros, uint64_t{std::max(rows, 1U)} - 1));
  }
}

std::span<const int64_t> Analysis::mantissas() {
  if (given_sparse_ && cells_.mantissas.empty()) {
    own_mantissas_.assign(stats_.rows, 0);
    for (size_t i = 0; i < sparse_->rows.size(); ++i) {
      own_mantissas_[sparse_->rows[i]] = sparse_->mantissas[i];
    }
    cells_.mantissas = own_mantissas_;
  }
  return cells_.mantissas;
}

std::span<const double> Analysis::reals() {
  if (given_sparse_ && cells_.reals.empty()) {
    own_reals_.assign(stats_.rows, 0);
    for (size_t i = 0; i < sparse_->rows.size(); ++i) {
      own_reals_[sparse_->rows[i]] = sparse_->reals[i];
    }
    cells_.reals = own_reals_;
  }
  return cells_.reals;
}

uint32_t Analysis::divisor() {
  if (!divisor_) divisor_ = given_sparse_ ? 1 : FindDivisor(cells_.mantissas, stats_);
  return *divisor_;
}

const SparseCells& Analysis::sparse() {
  if (!sparse_) {
    // One more than the entries: the copying writes before it knows.
    own_rows_.resize(stats_.nonzeros + size_t{1});
    if (scaled()) {
      own_mantissas_.resize(stats_.nonzeros + size_t{1});
      CopyEntries(cells_.mantissas, own_rows_.data(), own_mantissas_.data());
      sparse_.emplace().mantissas = std::span(own_mantissas_).first(stats_.nonzeros);
    } else {
      own_reals_.resize(stats_.nonzeros + size_t{1});
      CopyEntries(cells_.reals, own_rows_.data(), own_reals_.data());
      sparse_.emplace().reals = std::span(own_reals_).first(stats_.nonzeros);
    }
    sparse_->rows = std::span(own_rows_).first(stats_.nonzeros);
  }
  return *sparse_;
}

const EntryStats& Analysis::entry_stats() {
  if (!entry_stats_) MeasureEntries();
  return *entry_stats_;
}

void Analysis::MeasureEntries() {
  const SparseCells& entries = sparse();
  EntryStats& stats = entry_stats_.emplace(EntryStats{});
  CellStats measured;
  if (scaled()) {
    MeasureMantissas(entries.mantissas, &measured);
  } else {
    MeasureReals(entries.reals, &measured);
  }
  stats.min = measured.min;
  stats.max = measured.max;
  measured.rows = static_cast<uint32_t>(entries.rows.size());
  stats.same = measured.constant();
  stats.gaps = ChooseGapCodes(entries.rows);
}

const StringLevels& Analysis::levels() {
  if (!levels_) levels_ = FindLevels(cells_.strings);
  return *levels_;
}

}  // namespace thalweg::internal
