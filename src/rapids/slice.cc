// Columns and rows of a frame, and single cells.
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"
#include "frame/cell_text.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/gather_rows.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"
#include "rapids/selection.h"

namespace thalweg::internal {
namespace {

Value Selected(const Arguments& arguments, NegativeColumns negative) {
  const FramePtr frame = arguments.FrameAt(0);
  const std::vector<size_t> positions = SelectColumns(arguments, 1, *frame, negative);
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (const size_t position : positions) {
    names.push_back(frame->name(position));
    columns.push_back(frame->column_ptr(position));
  }
  auto selected =
      std::make_shared<const Frame>(frame->layout_ptr(), UniqueNames(names), std::move(columns));
  if (arguments.EachRowAt(0)) return EachRow{std::move(selected)};
  return NamedFrame{std::move(selected), {}};
}

Value MaskedRows(const Arguments& arguments, Evaluator& evaluator, const Frame& frame) {
  const FramePtr mask = arguments.FrameAt(1);
  const ColumnPtr column = arguments.ColumnAt(1);
  if (!IsNumeric(column->type())) arguments.Fail(1, "must be a column of 0 and 1");
  if (mask->rows() != frame.rows()) {
    arguments.Fail(1, "must have as many rows as the frame: " + std::to_string(frame.rows()) +
                          ", not " + std::to_string(mask->rows()));
  }
  std::vector<uint8_t> keep(static_cast<size_t>(frame.rows()));
  ForEachChunk(mask->layout(), evaluator, [&](size_t chunk) {
    const auto cells = ChunkCells<double>(*column, chunk);
    uint8_t* const marks = keep.data() + mask->layout().ChunkStart(chunk);
    // As in H2O, rows are chosen by 1 alone.
    for (size_t i = 0; i < cells.size(); ++i) marks[i] = cells[i] == 1 ? 1 : 0;
  });
  return KeepRows(frame, keep, evaluator);
}

// The cell as a number or, where it is text, a string ("NA" where it is missing, as in H2O).
Value CellValue(const Frame& frame, size_t column, int64_t row) {
  const Column& cells = frame.column(column);
  if (IsNumeric(cells.type()) && cells.type() != ColumnType::kCategorical) {
    double number = 0;
    ReadCells(frame, column, row, std::span(&number, 1));
    return number;
  }
  CellReader reader(frame, column);
  reader.Read(row, row + 1);
  if (reader.Missing(0)) return "NA";
  std::string text;
  reader.Append(0, text);
  return text;
}

}  // namespace

Value Cols(const Arguments& arguments, Evaluator& /*evaluator*/) {
  return Selected(arguments, NegativeColumns::kDrop);
}

Value ColsPy(const Arguments& arguments, Evaluator& /*evaluator*/) {
  return Selected(arguments, NegativeColumns::kFromEnd);
}

Value Rows(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  if (arguments[1].Is<NamedFrame>()) return MaskedRows(arguments, evaluator, *frame);
  // As in H2O, a single row beyond the end is one of missing cells; a list must not hold any.
  if (const auto* row = arguments[1].As<double>();
      row != nullptr && *row == std::floor(*row) && *row >= static_cast<double>(frame->rows())) {
    Frame none = *frame;
    if (frame->layout().ranks() > 1) {
      const std::vector<uint8_t> keep(static_cast<size_t>(frame->rows()));
      none = GatherFrame(KeepRows(*frame, keep, evaluator), evaluator.context().ranks);
    }
    return GatherRows(none, std::span(&kMissingRow, 1), evaluator.pool());
  }
  const std::vector<RowRun> runs = SelectRowRuns(arguments, 1, frame->rows());
  if (frame->layout().ranks() == 1) {
    if (runs.empty()) return frame->Slice(0, 0);
    if (runs.size() == 1) return frame->Slice(runs[0].begin, runs[0].end);
  }
  std::vector<uint8_t> keep(static_cast<size_t>(frame->rows()));
  for (const RowRun& run : runs) {
    std::fill(keep.begin() + run.begin, keep.begin() + run.end, uint8_t{1});
  }
  return KeepRows(*frame, keep, evaluator);
}

Value Flatten(const Arguments& arguments, Evaluator& /*evaluator*/) {
  const FramePtr frame = arguments.FrameAt(0);
  if (frame->rows() != 1 || frame->columns() != 1) return arguments[0];
  return CellValue(*frame, 0, 0);
}

Value GetRow(const Arguments& arguments, Evaluator& /*evaluator*/) {
  const FramePtr frame = arguments.FrameAt(0);
  if (frame->rows() != 1) {
    arguments.Fail(0, "must have one row, not " + std::to_string(frame->rows()));
  }
  std::vector<double> numbers;
  for (size_t i = 0; i < frame->columns(); ++i) {
    double number = kMissingReal;
    const ColumnType type = frame->column(i).type();
    if (IsNumeric(type) && type != ColumnType::kCategorical)
      ReadCells(*frame, i, 0, std::span(&number, 1));
    numbers.push_back(number);
  }
  return NumbersValue(numbers);
}

}  // namespace thalweg::internal
