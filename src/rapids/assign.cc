// Changes of a frame: each gives a new one that shares what is not touched.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"
#include "rapids/selection.h"
#include "rapids/whole_rows.h"

namespace thalweg::internal {
namespace {

// The rows that are written, as marks; all where there are none.
struct Target {
  std::vector<uint8_t> marks;
  bool all = false;
  int64_t count = 0;
};

Target TargetRows(const Arguments& arguments, size_t i, Evaluator& evaluator, const Frame& frame) {
  Target target;
  const int64_t rows = frame.rows();
  if (arguments.Nothing(i)) {
    target.all = true;
    target.count = rows;
    return target;
  }
  target.marks.resize(static_cast<size_t>(rows));
  if (const auto* mask = arguments[i].As<NamedFrame>()) {
    const ColumnPtr column = arguments.ColumnAt(i);
    if (!IsNumeric(column->type()) || mask->frame->rows() != rows) {
      arguments.Fail(i, "must be a column of 0 and 1 with " + std::to_string(rows) + " rows");
    }
    const Layout& layout = mask->frame->layout();
    ForEachChunk(layout, evaluator, [&](size_t chunk) {
      const auto cells = ChunkCells<double>(*column, chunk);
      uint8_t* const marks = target.marks.data() + layout.ChunkStart(chunk);
      for (size_t r = 0; r < cells.size(); ++r) marks[r] = cells[r] == 1 ? 1 : 0;
    });
    for (const uint8_t mark : target.marks) target.count += mark;
    return target;
  }
  for (const RowRun& run : SelectRowRuns(arguments, i, rows)) {
    std::fill(target.marks.begin() + run.begin, target.marks.begin() + run.end, uint8_t{1});
    target.count += run.end - run.begin;
  }
  target.all = target.count == rows;
  return target;
}

[[noreturn]] void RefuseValue(const std::string& value, const Frame& frame, size_t column) {
  throw UserError("(:= …): " + value + " cannot be put into the column '" +
                  Printable(frame.name(column)) + "', which is of type " +
                  std::string(ColumnTypeName(frame.column(column).type())));
}

// The column with `cell` in the marked rows.
template <class T, class Encode>
std::vector<ChunkPtr> Fill(const Frame& frame, const Column& column, Evaluator& evaluator,
                           const Target& target, T cell, Encode encode) {
  std::vector<ChunkPtr> chunks(frame.layout().chunks());
  ForEachChunk(frame.layout(), evaluator, [&](size_t chunk) {
    const uint8_t* const marks = target.marks.data() + frame.layout().ChunkStart(chunk);
    const size_t rows = column.chunk(chunk).rows();
    if (std::none_of(marks, marks + rows, [](uint8_t mark) { return mark != 0; })) {
      chunks[chunk] = column.chunk_ptr(chunk);
      return;
    }
    auto cells = ChunkCells<T>(column, chunk);
    for (size_t r = 0; r < rows; ++r) {
      if (marks[r] != 0) cells[r] = cell;
    }
    chunks[chunk] = encode(std::span<const T>(cells), EncodeOptions{});
  });
  return chunks;
}

ColumnPtr WithNumber(const Frame& frame, size_t position, Evaluator& evaluator,
                     const Target& target, double number) {
  const Column& column = frame.column(position);
  const bool missing = std::isnan(number);
  const auto of_type = [&](std::vector<ChunkPtr> chunks) {
    return std::make_shared<const Column>(column.type(), std::move(chunks), column.domain());
  };
  const bool whole = number == std::floor(number) && std::abs(number) <= 0x1p53;
  const int64_t integer = missing || !whole ? kMissingInt : static_cast<int64_t>(number);
  switch (column.type()) {
    case ColumnType::kString:
      if (!missing) RefuseValue("a number", frame, position);
      return of_type(Fill(frame, column, evaluator, target, std::string_view(), EncodeStrings));
    case ColumnType::kUuid:
      if (!missing) RefuseValue("a number", frame, position);
      return of_type(Fill(frame, column, evaluator, target, kMissingUuid, EncodeUuids));
    case ColumnType::kCategorical:
      if (!missing) RefuseValue("a number", frame, position);
      return of_type(Fill(frame, column, evaluator, target, kMissingInt, EncodeIntegers));
    case ColumnType::kTime:
      return of_type(Fill(frame, column, evaluator, target,
                          missing ? kMissingInt : static_cast<int64_t>(number), EncodeIntegers));
    case ColumnType::kInteger:
      if (missing || whole) {
        return of_type(Fill(frame, column, evaluator, target, integer, EncodeIntegers));
      }
      break;
    case ColumnType::kReal:
      break;
  }
  return NumericColumn(Fill(frame, column, evaluator, target, number + 0.0, EncodeReals),
                       evaluator);
}

ColumnPtr WithText(const Frame& frame, size_t position, Evaluator& evaluator, const Target& target,
                   const std::string& text) {
  const Column& column = frame.column(position);
  if (column.type() == ColumnType::kString) {
    return std::make_shared<const Column>(
        column.type(),
        Fill(frame, column, evaluator, target, std::string_view(text), EncodeStrings));
  }
  const int64_t code = column.type() == ColumnType::kCategorical ? column.domain()->Find(text) : -1;
  if (code < 0) RefuseValue("the string '" + Printable(text) + "'", frame, position);
  return std::make_shared<const Column>(
      column.type(), Fill(frame, column, evaluator, target, code, EncodeIntegers), column.domain());
}

// Cells of `source`, one after the other, into the marked rows.
template <class T, class Encode>
std::vector<ChunkPtr> Place(const Frame& frame, const Column& column, Evaluator& evaluator,
                            const Target& target, const Frame& source, size_t from,
                            const std::vector<int64_t>& before, Encode encode) {
  std::vector<ChunkPtr> chunks(frame.layout().chunks());
  ForEachChunk(frame.layout(), evaluator, [&](size_t chunk) {
    const int64_t count = before[chunk + 1] - before[chunk];
    if (count == 0) {
      chunks[chunk] = column.chunk_ptr(chunk);
      return;
    }
    std::vector<T> given(static_cast<size_t>(count));
    ReadCells(source, from, before[chunk], std::span<T>(given));
    auto cells = ChunkCells<T>(column, chunk);
    const uint8_t* const marks = target.marks.data() + frame.layout().ChunkStart(chunk);
    for (size_t r = 0, next = 0; r < cells.size(); ++r) {
      if (marks[r] != 0) cells[r] = given[next++];
    }
    chunks[chunk] = encode(std::span<const T>(cells), EncodeOptions{});
  });
  return chunks;
}

bool NumberType(ColumnType type) {
  return type == ColumnType::kReal || type == ColumnType::kInteger;
}

ColumnPtr WithCells(const Frame& frame, size_t position, Evaluator& evaluator, const Target& target,
                    const Frame& source, size_t from) {
  const ColumnPtr column = frame.column_ptr(position);
  const Column& given = source.column(from);
  std::vector<int64_t> before = {0};
  for (size_t c = 0; c < frame.layout().chunks(); ++c) {
    int64_t count = before.back();
    for (int64_t r = frame.layout().ChunkStart(c); r < frame.layout().ChunkStart(c + 1); ++r) {
      count += target.marks[static_cast<size_t>(r)];
    }
    before.push_back(count);
  }
  if (NumberType(column->type()) && NumberType(given.type())) {
    if (column->type() == given.type() && column->type() == ColumnType::kInteger) {
      return std::make_shared<const Column>(
          column->type(),
          Place<int64_t>(frame, *column, evaluator, target, source, from, before, EncodeIntegers));
    }
    return NumericColumn(
        Place<double>(frame, *column, evaluator, target, source, from, before, EncodeReals),
        evaluator);
  }
  if (column->type() != given.type()) {
    throw UserError("(:= …): cells of type " + std::string(ColumnTypeName(given.type())) +
                    " cannot be put into some rows of the column '" +
                    Printable(frame.name(position)) + "', which is of type " +
                    std::string(ColumnTypeName(column->type())));
  }
  switch (column->type()) {
    case ColumnType::kString:
      return std::make_shared<const Column>(
          column->type(), Place<std::string_view>(frame, *column, evaluator, target, source, from,
                                                  before, EncodeStrings));
    case ColumnType::kUuid:
      return std::make_shared<const Column>(
          column->type(),
          Place<Uuid>(frame, *column, evaluator, target, source, from, before, EncodeUuids));
    case ColumnType::kCategorical:
      if (column->domain()->levels() != given.domain()->levels()) {
        throw UserError("(:= …): the levels of the column '" + Printable(frame.name(position)) +
                        "' and of the cells that are put there must be the same");
      }
      [[fallthrough]];
    default:
      return std::make_shared<const Column>(
          column->type(),
          Place<int64_t>(frame, *column, evaluator, target, source, from, before, EncodeIntegers),
          column->domain());
  }
}

// The column of `source` cut as `frame`.
ColumnPtr CutLike(const Frame& frame, const Frame& source, size_t column) {
  const Frame empty(frame.layout_ptr(), {}, {});
  const size_t position[] = {column};
  return empty.Bind(source.Select(position)).column_ptr(0);
}

}  // namespace

Value Append(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  if (arguments.size() % 2 == 0) {
    arguments.Fail(arguments.size() - 1, "is a column without a name after it");
  }
  std::vector<std::string> names = frame->names();
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < frame->columns(); ++i) columns.push_back(frame->column_ptr(i));
  for (size_t i = 1; i < arguments.size(); i += 2) {
    const Value& value = arguments[i];
    if (const auto* text = value.As<std::string>()) {
      columns.push_back(ConstantText(frame->layout(), *text, evaluator));
    } else if (value.Is<NamedFrame>()) {
      const ColumnPtr column = arguments.ColumnAt(i);
      const FramePtr source = arguments.FrameAt(i);
      if (source->rows() != frame->rows() && !names.empty()) {
        arguments.Fail(i, "must have as many rows as the frame: " + std::to_string(frame->rows()) +
                              ", not " + std::to_string(source->rows()));
      }
      columns.push_back(CutLike(*frame, *source, 0));
    } else {
      columns.push_back(ConstantColumn(frame->layout(), arguments.Number(i)));
    }
    names.push_back(FreeColumnName(arguments.Text(i + 1), names));
  }
  return Frame(frame->layout_ptr(), std::move(names), std::move(columns));
}

Value AssignCells(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  if (frame->layout().ranks() > 1 && arguments[1].Is<NamedFrame>() &&
      !(arguments.Nothing(3) && arguments.FrameAt(1)->rows() == frame->rows())) {
    // Cells change their rows, so that they may lie on other ranks.
    std::vector<Value> values;
    for (size_t i = 0; i < arguments.size(); ++i) values.push_back(arguments[i]);
    return WithWholeRows(std::move(values), evaluator, [&](std::vector<Value> whole) {
      return AssignCells(Arguments(arguments.function(), std::move(whole)), evaluator);
    });
  }
  std::vector<size_t> positions;
  if (arguments.Nothing(2)) {
    for (size_t c = 0; c < frame->columns(); ++c) positions.push_back(c);
  } else {
    positions = SelectColumns(arguments, 2, *frame, NegativeColumns::kFromEnd);
  }
  Target target = TargetRows(arguments, 3, evaluator, *frame);
  const auto* source = arguments[1].As<NamedFrame>();
  const auto* text = arguments[1].As<std::string>();
  if (source != nullptr && source->frame->columns() != 1 &&
      source->frame->columns() != positions.size()) {
    arguments.Fail(1, "must have one column or " + std::to_string(positions.size()));
  }
  if (source != nullptr && source->frame->rows() != target.count &&
      source->frame->rows() != frame->rows() && source->frame->rows() != 1) {
    arguments.Fail(1, "must have as many rows as are written: " + std::to_string(target.count) +
                          ", not " + std::to_string(source->frame->rows()));
  }
  const bool replaces = source != nullptr && target.all && source->frame->rows() == frame->rows();
  if (target.all && !replaces) target.marks.assign(static_cast<size_t>(frame->rows()), 1);
  Frame result = *frame;
  for (size_t k = 0; k < positions.size(); ++k) {
    const size_t position = positions[k];
    ColumnPtr column;
    if (source == nullptr) {
      const ColumnType type = frame->column(position).type();
      if (text != nullptr) {
        column = WithText(*frame, position, evaluator, target, *text);
      } else if (const double number = arguments.Number(1); target.all && NumberType(type)) {
        column = ConstantColumn(frame->layout(), number);
      } else {
        column = WithNumber(*frame, position, evaluator, target, number);
      }
    } else {
      const size_t from = source->frame->columns() == 1 ? 0 : k;
      if (replaces) {
        column = CutLike(*frame, *source->frame, from);
      } else if (source->frame->rows() == 1 && target.count != 1) {
        const Frame& one = *source->frame;
        if (one.column(from).type() == ColumnType::kString ||
            one.column(from).type() == ColumnType::kCategorical) {
          const Arguments cell("flatten", {Value(one.Select(std::vector<size_t>{from}))});
          const Value value = Flatten(cell, evaluator);
          column = value.Is<std::string>()
                       ? WithText(*frame, position, evaluator, target, *value.As<std::string>())
                       : WithNumber(*frame, position, evaluator, target, kMissingReal);
        } else {
          double number = 0;
          ReadCells(one, from, 0, std::span(&number, 1));
          column = WithNumber(*frame, position, evaluator, target, number);
        }
      } else if (source->frame->rows() == target.count) {
        column = WithCells(*frame, position, evaluator, target, *source->frame, from);
      } else {
        // As many rows as the frame: those that are marked.
        const Arguments rows("rows", {arguments[1], arguments[3]});
        const Value chosen = Rows(rows, evaluator);
        column =
            WithCells(*frame, position, evaluator, target, *chosen.As<NamedFrame>()->frame, from);
      }
    }
    result = result.WithReplaced(position, std::move(column));
  }
  return result;
}

Value SetColumnNames(const Arguments& arguments, Evaluator& /*evaluator*/) {
  const FramePtr frame = arguments.FrameAt(0);
  const std::vector<size_t> positions =
      SelectColumns(arguments, 1, *frame, NegativeColumns::kFromEnd);
  const std::vector<std::string> given = arguments.Texts(2);
  if (given.size() != positions.size()) {
    arguments.Fail(2, "must have a name for each of " + std::to_string(positions.size()) +
                          " columns, not " + std::to_string(given.size()));
  }
  std::vector<std::string> names = frame->names();
  for (size_t i = 0; i < positions.size(); ++i) names[positions[i]] = given[i];
  return frame->WithNames(std::move(names));
}

}  // namespace thalweg::internal
