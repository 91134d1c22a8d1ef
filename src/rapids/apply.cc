// Functions on each column or each row.
#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

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
    columns.push_back(Frame(layout, {}, {}).Bind(*result).column_ptr(0));
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

}  // namespace

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
