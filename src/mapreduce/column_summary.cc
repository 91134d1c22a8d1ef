#include "mapreduce/column_summary.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "mapreduce/map_reduce.h"
#include "mapreduce/visit_cells.h"

namespace thalweg {
namespace {

// The first cells in the order of `Before`, kept sorted.
template <class Before>
class Extremes {
 public:
  explicit Extremes(std::array<double, kExtremes>& cells, size_t count)
      : cells_(cells), count_(count) {}

  void Add(double cell) {
    if (count_ == kExtremes && !Before()(cell, cells_[kExtremes - 1])) return;
    size_t at = std::min(count_, kExtremes - 1);
    for (; at > 0 && Before()(cell, cells_[at - 1]); --at) cells_[at] = cells_[at - 1];
    cells_[at] = cell;
    count_ = std::min(count_ + 1, kExtremes);
  }
  size_t count() const { return count_; }

 private:
  std::array<double, kExtremes>& cells_;
  size_t count_;
};

using Smallest = Extremes<std::less<double>>;
using Largest = Extremes<std::greater<double>>;

void AddCells(double cell, uint64_t times, internal::CellMoments* moments) {
  const auto count = static_cast<int64_t>(times);
  internal::Join({.count = count,
                  .zeros = cell == 0 ? count : 0,
                  .min = cell,
                  .max = cell,
                  .mean = cell,
                  .squares = 0},
                 moments);
}

// The slow way, for chunks with infinite cells, which have no part in the moments.
void MeasureFinite(const Chunk& chunk, ColumnPart& part) {
  part.moments = {};
  const auto add = [&](double cell, uint64_t times) {
    if (std::isinf(cell)) {
      (cell > 0 ? part.positive_infinities : part.negative_infinities) +=
          static_cast<int64_t>(times);
    } else if (!std::isnan(cell)) {
      AddCells(cell, times, &part.moments);
    }
  };
  internal::VisitCells(chunk, add, [&](std::span<double> cells) {
    for (const double cell : cells) add(cell, 1);
  });
}

ColumnPart MeasureNumericChunk(const Chunk& chunk) {
  ColumnPart part;
  part.rows = chunk.rows();
  part.missing = chunk.missing();
  part.integral = chunk.integral();
  part.moments = internal::MeasureChunk(chunk);
  if (part.moments.count > 0 && (std::isinf(part.moments.min) || std::isinf(part.moments.max))) {
    MeasureFinite(chunk, part);
  }
  Smallest smallest(part.smallest, 0);
  Largest largest(part.largest, 0);
  const auto add = [&](double cell) {
    if (!std::isfinite(cell)) return;
    smallest.Add(cell);
    largest.Add(cell);
  };
  internal::VisitCells(
      chunk,
      [&](double cell, uint64_t times) {
        for (uint64_t i = 0; i < std::min<uint64_t>(times, kExtremes); ++i) add(cell);
      },
      [&](std::span<double> cells) {
        for (const double cell : cells) add(cell);
      });
  part.extremes = static_cast<int64_t>(smallest.count());
  return part;
}

}  // namespace

std::vector<ColumnPart> MeasureColumns(std::span<const ColumnPtr> columns, size_t begin, size_t end,
                                       ThreadPool& pool) {
  const size_t chunks = end - begin;
  std::vector<ColumnPart> wholes(columns.size());
  return MapReduce(
      columns.size() * chunks, pool, std::move(wholes),
      [&](size_t task) {
        const Column& column = *columns[task / chunks];
        const Chunk& chunk = column.chunk(begin + task % chunks);
        if (IsNumeric(column.type())) return MeasureNumericChunk(chunk);
        ColumnPart part;
        part.rows = chunk.rows();
        part.missing = chunk.missing();
        part.integral = false;
        return part;
      },
      [&](size_t task, const ColumnPart& part, std::vector<ColumnPart>* parts) {
        Join(part, &(*parts)[task / chunks]);
      });
}

void Join(const ColumnPart& part, ColumnPart* whole) {
  internal::Join(part.moments, &whole->moments);
  whole->rows += part.rows;
  whole->missing += part.missing;
  whole->positive_infinities += part.positive_infinities;
  whole->negative_infinities += part.negative_infinities;
  whole->integral = whole->integral && part.integral;
  const auto count = static_cast<size_t>(whole->extremes);
  Smallest smallest(whole->smallest, count);
  Largest largest(whole->largest, count);
  for (size_t i = 0; i < static_cast<size_t>(part.extremes); ++i) {
    smallest.Add(part.smallest[i]);
    largest.Add(part.largest[i]);
  }
  whole->extremes = static_cast<int64_t>(smallest.count());
}

ColumnSummary Summarize(const ColumnPart& whole) {
  const internal::CellMoments& moments = whole.moments;
  ColumnSummary summary;
  summary.rows = whole.rows;
  summary.missing = whole.missing;
  summary.zeros = moments.zeros;
  summary.positive_infinities = whole.positive_infinities;
  summary.negative_infinities = whole.negative_infinities;
  summary.integral = whole.integral;
  summary.mean = moments.count > 0 ? moments.mean : kMissingReal;
  summary.sd = moments.count > 1
                   ? std::sqrt(moments.squares / static_cast<double>(moments.count - 1))
                   : kMissingReal;
  for (size_t i = 0; i < kExtremes; ++i) {
    const bool there = i < static_cast<size_t>(whole.extremes);
    summary.smallest[i] = there ? whole.smallest[i] : kMissingReal;
    summary.largest[i] = there ? whole.largest[i] : kMissingReal;
  }
  return summary;
}

}  // namespace thalweg
