// Functions on each column or each row.
#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "mapreduce/distinct_rows.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/gather_rows.h"
#include "mapreduce/recut_over_ranks.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"
#include "rapids/selection.h"

namespace thalweg::internal {
namespace {

// The result of one call as a frame.
FramePtr ResultFrame(const Arguments& arguments, const Value& value, Evaluator& evaluator) {
  if (const auto* frame = value.As<NamedFrame>()) return frame->frame;
  std::vector<double> cells;
  if (const auto* number = value.As<double>()) {
    cells = {*number};
  } else if (const auto* list = value.As<NumberList>()) {
    cells = list->Expand();
  } else {
    arguments.Fail(2, "must give numbers or columns, not " + std::string(value.KindInWords()));
  }
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(cells.size()));
  return std::make_shared<const Frame>(
      Frame(layout, {"C1"}, {NumbersColumn(*layout, cells, evaluator)}));
}

// The only column of a frame, where `layout` has its rows.
ColumnPtr CutLike(const LayoutPtr& layout, const Frame& frame, Evaluator& evaluator) {
  Communicator& ranks = evaluator.context().ranks;
  if (layout->ranks() > 1) return RecutOverRanks(frame, layout, ranks).column_ptr(0);
  return Frame(layout, {}, {}).Bind(GatherFrame(frame, ranks)).column_ptr(0);
}

Value OverColumns(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  LayoutPtr layout = frame->layout_ptr();
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame->columns(); ++c) {
    const size_t position[] = {c};
    const Value value = evaluator.Call(arguments[2], {Value(frame->Select(std::span(position)))});
    const FramePtr result = ResultFrame(arguments, value, evaluator);
    if (result->columns() != 1) {
      arguments.Fail(2, "must give one column, not " + std::to_string(result->columns()));
    }
    if (c == 0) layout = result->layout_ptr();
    if (result->rows() != layout->rows()) {
      arguments.Fail(2, "gives columns of " + std::to_string(layout->rows()) + " and " +
                            std::to_string(result->rows()) + " rows");
    }
    columns.push_back(CutLike(layout, *result, evaluator));
  }
  return Frame(layout, frame->names(), std::move(columns));
}

std::vector<std::string> Numbered(size_t count) {
  std::vector<std::string> names;
  for (size_t c = 0; c < count; ++c) names.push_back("C" + std::to_string(c + 1));
  return names;
}

// The function is called once, with all rows at a time (EachRow, value.h).
Value OverRows(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const Value value = evaluator.Call(arguments[2], {Value(EachRow{frame})});
  if (const auto* rows = value.As<EachRow>()) {
    return rows->frame->WithNames(Numbered(rows->frame->columns()));
  }
  if (const auto* number = value.As<double>()) {
    return Frame(frame->layout_ptr(), {"C1"}, {ConstantColumn(frame->layout(), *number)});
  }
  arguments.Fail(2, "must give a number or a row, not " + std::string(value.KindInWords()));
}

// What the function made of one group: a number, a list, or a frame of one row.
std::vector<double> GroupCells(const Arguments& arguments, const Value& value) {
  if (const auto* number = value.As<double>()) return {*number};
  if (const auto* list = value.As<NumberList>()) return list->Expand();
  const auto* named = value.As<NamedFrame>();
  if (named == nullptr || named->frame->rows() != 1) {
    arguments.Fail(2, "must give a number or one row of numbers for each group");
  }
  std::vector<double> cells(named->frame->columns());
  for (size_t c = 0; c < cells.size(); ++c) {
    if (!IsNumeric(named->frame->column(c).type())) {
      arguments.Fail(2, "must give numbers, not a column of type " +
                            std::string(ColumnTypeName(named->frame->column(c).type())));
    }
    ReadCells(*named->frame, c, 0, std::span(&cells[c], 1));
  }
  return cells;
}

}  // namespace

// (ddply frame columns function)
Value ApplyToGroups(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const auto keys = SelectColumns(arguments, 1, *frame, NegativeColumns::kFromEnd);
  if (keys.empty()) arguments.Fail(1, "must name at least one column");
  if (!arguments[2].Is<Lambda>() && !arguments[2].Is<const Primitive*>()) {
    arguments.Fail(2, "must be a function, not " + std::string(arguments[2].KindInWords()));
  }
  const KeyNumbers groups = NumberKeys(*frame, keys, evaluator.pool());
  std::vector<std::vector<uint32_t>> rows(groups.count);
  for (size_t r = 0; r < groups.numbers.size(); ++r) {
    rows[groups.numbers[r]].push_back(static_cast<uint32_t>(r));
  }
  std::vector<uint32_t> first_rows;
  std::vector<std::vector<double>> results;
  for (const std::vector<uint32_t>& members : rows) {
    evaluator.context().work.ThrowIfCancelled();
    first_rows.push_back(members.front());
    const Value part(GatherRows(*frame, members, evaluator.pool()));
    const auto cells = GroupCells(arguments, evaluator.Call(arguments[2], {part}));
    if (results.empty()) results.resize(cells.size());
    if (cells.size() != results.size()) {
      arguments.Fail(2, "gives " + std::to_string(results.size()) + " and " +
                            std::to_string(cells.size()) + " numbers");
    }
    for (size_t c = 0; c < cells.size(); ++c) results[c].push_back(cells[c]);
  }
  const LayoutPtr layout = ResultLayout(static_cast<int64_t>(first_rows.size()));
  std::vector<std::string> names;
  for (const size_t key : keys) names.push_back(frame->name(key));
  auto columns = GatherColumns(*frame, keys, first_rows, *layout, evaluator.pool());
  for (size_t c = 0; c < results.size(); ++c) {
    names.push_back("ddply_C" + std::to_string(c + 1));
    columns.push_back(NumbersColumn(*layout, results[c], evaluator));
  }
  return Frame(layout, UniqueNames(names), std::move(columns));
}

Value ApplyFunction(const Arguments& arguments, Evaluator& evaluator) {
  const int64_t axis = arguments.Whole(1);
  if (!arguments[2].Is<Lambda>() && !arguments[2].Is<const Primitive*>()) {
    arguments.Fail(2, "must be a function, not " + std::string(arguments[2].KindInWords()));
  }
  if (axis == 1) return OverRows(arguments, evaluator);
  if (axis == 2) return OverColumns(arguments, evaluator);
  arguments.Fail(1, "must be 1 (rows) or 2 (columns)");
}

}  // namespace thalweg::internal
