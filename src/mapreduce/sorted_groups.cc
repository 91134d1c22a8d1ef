// Groups by sorting the rows and bringing each group's cells together.
#include <algorithm>
#include <vector>

#include "mapreduce/group_values.h"
#include "mapreduce/row_records.h"
#include "mapreduce/sort_rows.h"

namespace thalweg::internal {
namespace {

constexpr size_t kTaskRows = size_t{1} << 14;

// The middle of cells, which are reordered; the mean of the two middle ones of an even number.
double MedianOf(std::span<int64_t> cells, const IntegerForm& form) {
  if (cells.empty()) return kMissingReal;
  const auto middle = cells.begin() + static_cast<ptrdiff_t>(cells.size() / 2);
  std::nth_element(cells.begin(), middle, cells.end());
  const double upper = RealOf(*middle, form);
  if (cells.size() % 2 == 1) return upper;
  const double lower = RealOf(*std::max_element(cells.begin(), middle), form);
  return lower + (upper - lower) / 2;
}

int64_t ModeOf(std::span<int64_t> cells) {
  if (cells.empty()) return kMissingInt;
  std::sort(cells.begin(), cells.end());
  int64_t mode = kMissingInt;
  size_t most = 0;
  for (size_t begin = 0; begin < cells.size();) {
    size_t end = begin;
    while (end < cells.size() && cells[end] == cells[begin]) ++end;
    if (end - begin > most) {
      most = end - begin;
      mode = cells[begin];
    }
    begin = end;
  }
  return mode;
}

// `cells`: those that are not missing, in the order of the rows; reordered by median and mode.
GroupStats StatsOf(const ValueColumn& value, std::span<int64_t> cells) {
  GroupStats stats{.present = static_cast<int64_t>(cells.size())};
  if (value.sum && value.exact) {
    for (const int64_t cell : cells) stats.sum += cell;
  }
  if (value.squares && value.exact) {
    for (const int64_t cell : cells) stats.squares += static_cast<__int128>(cell) * cell;
  }
  if (!value.exact && (value.sum || value.squares)) {
    for (const int64_t cell : cells) stats.real_sum += RealOf(cell, value.form);
  }
  if (!value.exact && value.squares) {
    const double mean = stats.real_sum / static_cast<double>(stats.present);
    for (const int64_t cell : cells) {
      const double real = RealOf(cell, value.form);
      stats.real_squares += real * real;
      stats.real_spread += (real - mean) * (real - mean);
    }
  }
  if (value.extremes) {
    for (const int64_t cell : cells) {
      stats.min = std::min(stats.min, cell);
      stats.max = std::max(stats.max, cell);
    }
  }
  if (value.median) stats.median = MedianOf(cells, value.form);
  if (value.mode) stats.mode = ModeOf(cells);
  return stats;
}

// The integers of a column's form.
void ReadField(const RecordField& field, std::span<const uint64_t> word, int64_t* out) {
  if (!field.raw) return RowRecords::Integers(field, word, out);
  for (size_t i = 0; i < word.size(); ++i) out[i] = OrderedBits(std::bit_cast<double>(word[i]));
}

// Groups are cut into tasks of about kTaskRows rows.
std::vector<size_t> CutGroups(const SortedRows& sorted) {
  const size_t rows = sorted.rows.size();
  const size_t count = std::max<size_t>(1, rows / kTaskRows);
  std::vector<size_t> cuts = {0};
  for (size_t t = 1; t < count; ++t) {
    const uint32_t* starts = sorted.starts.data();
    const auto row = static_cast<uint32_t>(rows * t / count);
    const auto* found = std::lower_bound(starts, starts + sorted.groups(), row);
    cuts.push_back(static_cast<size_t>(found - starts));
  }
  cuts.push_back(sorted.groups());
  return cuts;
}

}  // namespace

GroupResult GroupBySorting(const RowKeys& keys, std::span<const AggregatePlan> plans,
                           std::span<const ValueColumn> values, ThreadPool& pool) {
  SortedRows sorted = SortRows(keys, Grouping::kGroups, pool);
  std::vector<size_t> columns;
  std::vector<IntegerForm> forms;
  for (const ValueColumn& value : values) {
    columns.push_back(value.column);
    forms.push_back(value.form);
  }
  const RowRecords records(keys.frame(), columns, forms, false, pool);
  GroupResult result;
  result.cells = MakeCells(plans, values, sorted.groups());
  const std::vector<size_t> cuts = CutGroups(sorted);
  pool.Run(cuts.size() - 1, [&](size_t task, size_t) {
    const size_t begin = sorted.starts[cuts[task]];
    const size_t size = sorted.starts[cuts[task + 1]] - begin;
    ScratchArray<uint64_t> words(records.words() * size);
    ScratchArray<int64_t> cells(size);
    records.Gather(sorted.rows.span().subspan(begin, size), words.data());
    for (size_t p = 0; p < plans.size(); ++p) {
      if (plans[p].value >= 0) continue;
      for (size_t g = cuts[task]; g < cuts[task + 1]; ++g) {
        PutCell(plans[p], nullptr, nullptr, sorted.starts[g + 1] - sorted.starts[g], g,
                &result.cells[p]);
      }
    }
    for (size_t v = 0; v < values.size(); ++v) {
      const RecordField& field = records.fields()[v];
      ReadField(field,
                field.bits == 0 ? std::span(reinterpret_cast<const uint64_t*>(cells.data()), size)
                                : std::span<const uint64_t>(words.data() + field.word * size, size),
                cells.data());
      for (size_t g = cuts[task]; g < cuts[task + 1]; ++g) {
        int64_t* first = cells.data() + (sorted.starts[g] - begin);
        const size_t rows = sorted.starts[g + 1] - sorted.starts[g];
        int64_t* last = first + rows;
        if (values[v].form.missing > 0) last = std::remove(first, last, kMissingInt);
        const GroupStats stats = StatsOf(values[v], std::span(first, last));
        for (size_t p = 0; p < plans.size(); ++p) {
          if (plans[p].value != static_cast<ptrdiff_t>(v)) continue;
          PutCell(plans[p], &values[v], &stats, static_cast<int64_t>(rows), g, &result.cells[p]);
        }
      }
    }
  });
  if (!keys.reversible()) {
    result.first_rows = ScratchArray<uint32_t>(sorted.groups());
    for (size_t g = 0; g < sorted.groups(); ++g) {
      result.first_rows[g] = sorted.rows[sorted.starts[g]];
    }
  }
  result.words = std::move(sorted.words);
  return result;
}

}  // namespace thalweg::internal
