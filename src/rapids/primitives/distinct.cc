// Different cells and how often they occur: unique, table, match.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <unordered_map>

#include "base/available_memory.h"
#include "base/text.h"
#include "frame/cell_text.h"
#include "frame/select_rows.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/gather_rows.h"
#include "mapreduce/group_by.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

constexpr GroupAggregate kCountRows = {.aggregate = Aggregate::kCount};

// Groups of a frame's columns with their counts, those with a missing key left out.
Frame CountsOf(const Frame& frame, Evaluator& evaluator) {
  std::vector<size_t> keys(frame.columns());
  for (size_t i = 0; i < keys.size(); ++i) keys[i] = i;
  Communicator& ranks = evaluator.context().ranks;
  const Frame counts = GroupBy(frame, keys, std::span(&kCountRows, 1), ranks, evaluator.pool());
  const Frame part = OwnPart(counts, ranks);
  std::vector<uint8_t> keep(static_cast<size_t>(part.rows()), 1);
  for (size_t k = 0; k < keys.size(); ++k) {
    CellReader reader(part, k);
    reader.Read(0, part.rows());
    for (size_t i = 0; i < keep.size(); ++i) {
      if (reader.Missing(i)) keep[i] = 0;
    }
  }
  const Frame kept = SelectRows(part, keep, evaluator.pool());
  return counts.layout().ranks() == 1 ? kept : PlaceParts(kept, ranks);
}

// The column, times as integers.
ColumnPtr PlainNumbers(const ColumnPtr& column) {
  if (column->type() != ColumnType::kTime) return column;
  std::vector<ChunkPtr> chunks;
  for (size_t c = 0; c < column->chunks(); ++c) chunks.push_back(column->chunk_ptr(c));
  return std::make_shared<const Column>(ColumnType::kInteger, std::move(chunks));
}

// H2O counts integers of a small range in another way, and calls the result so.
std::string CountName(const Frame& counts, Evaluator& evaluator) {
  constexpr double kSmallRange = 1'000'000;
  const ColumnType type = counts.column(0).type();
  if (counts.columns() > 2 || (type != ColumnType::kInteger && type != ColumnType::kCategorical)) {
    return "Counts";
  }
  // Keys ascend: the least and the largest of each chunk are its first and last cell.
  struct Ends {
    bool any = false;
    double least = 0;
    double largest = 0;
  };
  Ends all;
  for (const Ends& ends : ChunkParts(counts.layout(), evaluator, [&](size_t c) {
         const auto cells = ChunkCells<double>(counts.column(0), c);
         return cells.empty() ? Ends() : Ends{true, cells.front(), cells.back()};
       })) {
    if (!ends.any) continue;
    if (!all.any) all.least = ends.least;
    all.any = true;
    all.largest = ends.largest;
  }
  return all.largest - all.least < kSmallRange ? "Count" : "Counts";
}

// One row per value of the first column, one column per value of the second.
Frame CrossTable(const Frame& counts, Evaluator& evaluator) {
  const auto rows = static_cast<size_t>(counts.rows());
  const std::vector<std::string> first = CellTexts(counts, 0, 0, counts.rows());
  const std::vector<std::string> second = CellTexts(counts, 1, 0, counts.rows());
  std::vector<double> times(rows);
  ReadCells(counts, 2, 0, std::span(times));
  const size_t second_key[] = {1};
  const Frame seconds = GroupBy(counts, second_key, {}, evaluator.pool());
  std::vector<std::string> names = CellTexts(seconds, 0, 0, seconds.rows());
  std::unordered_map<std::string, size_t> places;
  for (size_t i = 0; i < names.size(); ++i) places[names[i]] = i;
  // Equal cells of the first column follow each other.
  std::vector<uint32_t> starts;
  for (size_t r = 0; r < rows; ++r) {
    if (r == 0 || first[r] != first[r - 1]) starts.push_back(static_cast<uint32_t>(r));
  }
  RequireMemory(static_cast<double>(starts.size()) * static_cast<double>(names.size()) * 8,
                "the table");
  std::vector<std::vector<double>> cells(names.size(), std::vector<double>(starts.size(), 0.0));
  size_t row = 0;
  for (size_t r = 0; r < rows; ++r) {
    if (row + 1 < starts.size() && r == starts[row + 1]) ++row;
    cells[places[second[r]]][row] = times[r];
  }
  const LayoutPtr layout = ResultLayout(static_cast<int64_t>(starts.size()));
  const size_t key[] = {0};
  std::vector<ColumnPtr> columns = GatherColumns(counts, key, starts, *layout, evaluator.pool());
  columns[0] = PlainNumbers(columns[0]);
  for (const auto& column : cells) columns.push_back(NumbersColumn(*layout, column, evaluator));
  for (std::string& name : names) {
    if (name == counts.name(0)) name += ".1";
  }
  names.insert(names.begin(), counts.name(0));
  return Frame(layout, std::move(names), std::move(columns));
}

// Without levels that do not occur.
ColumnPtr OccurringLevels(const Frame& unique, Evaluator& evaluator) {
  std::vector<int64_t> codes(static_cast<size_t>(unique.rows()));
  ReadCells(unique, 0, 0, std::span(codes));
  std::vector<std::string> levels;
  for (int64_t& code : codes) {
    if (code == kMissingInt) continue;
    levels.push_back(unique.column(0).domain()->levels()[static_cast<size_t>(code)]);
    code = static_cast<int64_t>(levels.size()) - 1;
  }
  return IntegersColumn(unique.layout(), codes, ColumnType::kCategorical,
                        std::make_shared<const Domain>(std::move(levels)), evaluator);
}

}  // namespace

Value Unique(const Arguments& arguments, Evaluator& evaluator) {
  const ColumnPtr column = arguments.ColumnAt(0);
  const FramePtr given = arguments.FrameAt(0);
  const bool keep_missing = arguments.size() > 1 && arguments.Flag(1);
  const size_t key[] = {0};
  Communicator& ranks = evaluator.context().ranks;
  Frame found = GroupBy(*given, key, {}, ranks, evaluator.pool()).WithNames({"C1"});
  if (column->type() != ColumnType::kCategorical && column->type() != ColumnType::kString) {
    return found;
  }
  // No more rows than the column has levels, which every rank has.
  if (column->type() == ColumnType::kCategorical) found = GatherFrame(found, ranks);
  const bool over_ranks = found.layout().ranks() > 1;
  found = OwnPart(found, ranks);
  // Of text and levels the missing one comes last, if it is wanted; numbers have it always.
  const auto rows = static_cast<size_t>(found.rows());
  CellReader reader(found, 0);
  reader.Read(0, found.rows());
  std::vector<uint32_t> order;
  for (size_t r = 0; r < rows; ++r) {
    if (!reader.Missing(r)) order.push_back(static_cast<uint32_t>(r));
  }
  bool missing = order.size() < rows;
  if (over_ranks) missing = !OnAllRanks(!missing, evaluator);
  const bool last = !over_ranks || ranks.rank() + 1 == ranks.size();
  if (missing && keep_missing && last) order.push_back(kMissingRow);
  found = GatherRows(found, order, evaluator.pool());
  if (over_ranks) return RebalanceParts(found, ranks, evaluator.pool());
  if (column->type() == ColumnType::kString) return found;
  return found.WithReplaced(0, OccurringLevels(found, evaluator));
}

Value Table(const Arguments& arguments, Evaluator& evaluator) {
  Frame frame = *arguments.FrameAt(0);
  size_t next = 1;
  if (arguments.size() > 1 && arguments[1].Is<NamedFrame>()) {
    const FramePtr second = arguments.FrameAt(next++);
    if (frame.columns() != 1 || second->columns() != 1) {
      arguments.Fail(1, "and the first must be single columns");
    }
    std::string name = second->name(0);
    if (name == frame.name(0)) name += "0";
    frame = frame.Bind(second->WithNames({name}));
  }
  if (frame.columns() == 0 || frame.columns() > 2) {
    arguments.Fail(0, "must have one or two columns");
  }
  const bool dense = arguments.size() <= next || arguments.Flag(next);
  const Frame counts = CountsOf(frame, evaluator);
  if (frame.columns() == 2 && !dense) {
    // The table has all of them in fewer rows, and a column for each cell of the second.
    return CrossTable(GatherFrame(counts, evaluator.context().ranks), evaluator);
  }
  std::vector<std::string> names = counts.names();
  names.back() = CountName(counts, evaluator);
  for (size_t k = 0; k + 1 < names.size(); ++k) {
    if (names[k] == names.back()) names[k] += "0";
  }
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < counts.columns(); ++c) {
    columns.push_back(PlainNumbers(counts.column_ptr(c)));
  }
  return Frame(counts.layout_ptr(), std::move(names), std::move(columns));
}

}  // namespace thalweg::internal
