// Orders of rows: sort, topn, rank_within_groupby, dropdup.
#include "mapreduce/sort.h"

#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "mapreduce/distinct_rows.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/gather_rows.h"
#include "mapreduce/rank_rows.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"
#include "rapids/selection.h"

namespace thalweg::internal {
namespace {

// Columns of argument `columns`, descending where the number in argument `directions` is negative
// (or 0).
std::vector<SortColumn> SortColumns(const Arguments& arguments, size_t columns, size_t directions,
                                    const Frame& frame) {
  const auto positions = SelectColumns(arguments, columns, frame, NegativeColumns::kFromEnd);
  if (positions.empty()) arguments.Fail(columns, "must name at least one column");
  const std::vector<double> order =
      arguments.Nothing(directions) ? std::vector<double>() : arguments.Numbers(directions);
  if (!order.empty() && order.size() != positions.size()) {
    arguments.Fail(directions, "must hold one direction per column, 1 or -1");
  }
  std::vector<SortColumn> by;
  for (size_t i = 0; i < positions.size(); ++i) {
    by.push_back({.column = positions[i], .descending = !order.empty() && order[i] <= 0});
  }
  return by;
}

// Numbers of rows and cells of a frame that this rank has whole.
Frame TopCells(const Frame& frame, size_t column, size_t count, Extreme extreme, ThreadPool& pool) {
  const auto rows = TopRows(frame, column, count, extreme, pool);
  const LayoutPtr layout = ResultLayout(static_cast<int64_t>(rows.size()));
  std::vector<ChunkPtr> numbers(layout->chunks());
  pool.Run(layout->chunks(), [&](size_t c, size_t) {
    const auto* first = rows.data() + layout->ChunkStart(c);
    const std::vector<int64_t> cells(first, first + layout->ChunkRows(c));
    numbers[c] = EncodeIntegers(cells);
  });
  return {layout,
          {"row", "cell"},
          {std::make_shared<const Column>(ColumnType::kInteger, std::move(numbers)),
           GatherColumns(frame, std::span(&column, 1), rows, *layout, pool).front()}};
}

}  // namespace

Value SortRowsBy(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  return SortFrame(*frame, SortColumns(arguments, 1, 2, *frame), evaluator.context().ranks,
                   evaluator.pool());
}

Value TopN(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const size_t column = SelectColumn(arguments, 1, *frame);
  const double percent = arguments.Number(2);
  if (!(percent > 0 && percent <= 100)) arguments.Fail(2, "must be a percentage in (0, 100]");
  const auto extreme = arguments.Number(3) < 0 ? Extreme::kSmallest : Extreme::kLargest;
  const auto count =
      static_cast<size_t>(std::llround(static_cast<double>(frame->rows()) * percent / 100));
  Communicator& ranks = evaluator.context().ranks;
  const bool over_ranks = frame->layout().ranks() > 1;
  const Frame top =
      over_ranks ? TopParts(OwnPart(*frame, ranks), column, count, extreme, ranks, evaluator.pool())
                 : TopCells(*frame, column, count, extreme, evaluator.pool());
  std::vector<double> cells(static_cast<size_t>(top.rows()));
  ReadCells(top, 1, 0, std::span(cells));
  std::string name = frame->name(column);
  if (name == "Original_Row_Indices") name += ".1";
  const Frame result(top.layout_ptr(), {"Original_Row_Indices", name},
                     {top.column_ptr(0), NumbersColumn(top.layout(), cells, evaluator)});
  return over_ranks ? RebalanceParts(result, ranks, evaluator.pool()) : result;
}

Value RankWithinGroupBy(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const auto groups = SelectColumns(arguments, 1, *frame, NegativeColumns::kFromEnd);
  if (groups.empty()) arguments.Fail(1, "must name at least one column");
  const auto by = SortColumns(arguments, 2, 3, *frame);
  const std::string& name = arguments.Text(4);
  if (frame->Find(name)) arguments.Fail(4, "is the name of a column that is there already");
  const RankOrder order =
      arguments.size() > 5 && arguments.Flag(5) ? RankOrder::kSorted : RankOrder::kGroups;
  return RankWithinGroups(*frame, groups, by, name, order, evaluator.context().ranks,
                          evaluator.pool());
}

Value DropDuplicateRows(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const auto columns = SelectColumns(arguments, 1, *frame, NegativeColumns::kFromEnd);
  if (columns.empty()) arguments.Fail(1, "must name at least one column");
  const std::string keep = ToLower(arguments.Text(2));
  if (keep != "first" && keep != "last") arguments.Fail(2, "must be 'first' or 'last'");
  return DropDuplicates(*frame, columns, keep == "first" ? KeepOf::kFirst : KeepOf::kLast,
                        evaluator.context().ranks, evaluator.pool());
}

}  // namespace thalweg::internal
