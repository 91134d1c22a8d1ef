// Orders of rows: sort, topn, rank_within_groupby, dropdup.
#include "mapreduce/sort.h"

#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "mapreduce/distinct_rows.h"
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

}  // namespace

Value SortRowsBy(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  return SortFrame(*frame, SortColumns(arguments, 1, 2, *frame), evaluator.pool());
}

Value TopN(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const size_t column = SelectColumn(arguments, 1, *frame);
  const double percent = arguments.Number(2);
  if (!(percent > 0 && percent <= 100)) arguments.Fail(2, "must be a percentage in (0, 100]");
  const auto extreme = arguments.Number(3) < 0 ? Extreme::kSmallest : Extreme::kLargest;
  const auto count =
      static_cast<size_t>(std::llround(static_cast<double>(frame->rows()) * percent / 100));
  const auto rows = TopRows(*frame, column, count, extreme, evaluator.pool());
  const LayoutPtr layout = ResultLayout(static_cast<int64_t>(rows.size()));
  std::vector<int64_t> numbers(rows.begin(), rows.end());
  ColumnPtr index = IntegersColumn(*layout, numbers, ColumnType::kInteger, nullptr, evaluator);
  std::vector<double> cells;
  for (const ColumnPtr& found :
       GatherColumns(*frame, std::span(&column, 1), rows, *layout, evaluator.pool())) {
    const Frame one(layout, {"x"}, {found});
    cells.resize(rows.size());
    ReadCells(one, 0, 0, std::span(cells));
  }
  std::string name = frame->name(column);
  if (name == "Original_Row_Indices") name += ".1";
  return Frame(layout, {"Original_Row_Indices", name},
               {std::move(index), NumbersColumn(*layout, cells, evaluator)});
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
  return RankWithinGroups(*frame, groups, by, name, order, evaluator.pool());
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
