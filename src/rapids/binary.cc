#include "rapids/binary.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

constexpr size_t kBlock = 1024;

// One side of an operator: a column or a number.
struct Side {
  const Column* column = nullptr;
  double number = 0;

  void Read(size_t chunk, size_t begin, std::span<double> out) const {
    if (column == nullptr) {
      std::fill(out.begin(), out.end(), number);
    } else {
      column->chunk(chunk).Decode(begin, out);
    }
  }
};

template <BinaryOp kOp>
ColumnPtr Numbers(const Layout& layout, Evaluator& evaluator, const Side& left, const Side& right) {
  return MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    std::array<double, kBlock> block;
    for (size_t begin = 0; begin < out.size(); begin += kBlock) {
      const auto cells = out.subspan(begin, std::min(kBlock, out.size() - begin));
      const auto others = std::span<double>(block).first(cells.size());
      left.Read(chunk, begin, cells);
      right.Read(chunk, begin, others);
      for (size_t i = 0; i < cells.size(); ++i) cells[i] = Apply<kOp>(cells[i], others[i]);
    }
  });
}

[[noreturn]] void Refuse(const Arguments& arguments, std::string_view kind) {
  throw UserError("(" + std::string(arguments.function()) + " …) cannot be applied to columns of " +
                  std::string(kind));
}

// Codes of two categorical columns are compared by what they stand for.
template <BinaryOp kOp>
ColumnPtr Categories(const Layout& layout, Evaluator& evaluator, const Column& left,
                     const Column& right) {
  if (!ComparesForEquality(kOp)) return ConstantColumn(layout, kMissingReal);
  const bool same = left.domain()->levels() == right.domain()->levels();
  std::vector<double> map;
  if (!same) {
    // Levels that the left side lacks become codes that it has not.
    for (const std::string& level : right.domain()->levels()) {
      map.push_back(static_cast<double>(left.domain()->Find(level)));
    }
  }
  return MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    left.chunk(chunk).Decode(0, out);
    auto others = ChunkCells<double>(right, chunk);
    for (size_t i = 0; i < out.size(); ++i) {
      if (!same && !std::isnan(others[i])) others[i] = map[static_cast<size_t>(others[i])];
      out[i] = Apply<kOp>(out[i], others[i]);
    }
  });
}

// Missing strings equal each other only.
template <BinaryOp kOp>
ColumnPtr Strings(const Layout& layout, Evaluator& evaluator, const Column& left,
                  const Column& right) {
  return MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    const auto a = ChunkCells<std::string_view>(left, chunk);
    const auto b = ChunkCells<std::string_view>(right, chunk);
    for (size_t i = 0; i < out.size(); ++i) {
      const bool equal = (a[i].data() == nullptr) == (b[i].data() == nullptr) && a[i] == b[i];
      out[i] = equal == (kOp == BinaryOp::kEqual) ? 1 : 0;
    }
  });
}

template <BinaryOp kOp>
ColumnPtr Columns(const Arguments& arguments, const Layout& layout, Evaluator& evaluator,
                  const Column& left, const Column& right) {
  if (left.type() == ColumnType::kString || right.type() == ColumnType::kString) {
    if (left.type() != right.type()) Refuse(arguments, "strings and of other types");
    if (!ComparesForEquality(kOp)) Refuse(arguments, "strings");
    return Strings<kOp>(layout, evaluator, left, right);
  }
  if (!IsNumeric(left.type()) || !IsNumeric(right.type())) Refuse(arguments, "UUIDs");
  const bool left_enum = left.type() == ColumnType::kCategorical;
  const bool right_enum = right.type() == ColumnType::kCategorical;
  if (left_enum && right_enum) return Categories<kOp>(layout, evaluator, left, right);
  if ((left_enum || right_enum) && !ComparesForEquality(kOp)) {
    return ConstantColumn(layout, kMissingReal);
  }
  return Numbers<kOp>(layout, evaluator, {.column = &left}, {.column = &right});
}

template <BinaryOp kOp>
ColumnPtr WithNumber(const Arguments& arguments, const Layout& layout, Evaluator& evaluator,
                     const Column& column, double number, bool number_first) {
  const bool missing = std::isnan(number);
  if (!IsNumeric(column.type())) {
    if (!ComparesForEquality(kOp)) {
      Refuse(arguments, column.type() == ColumnType::kString ? "strings" : "UUIDs");
    }
    // A string is no number; only "is missing" can hold.
    return MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
      std::vector<bool> none(out.size());
      if (column.type() == ColumnType::kString) {
        const auto cells = ChunkCells<std::string_view>(column, chunk);
        for (size_t i = 0; i < out.size(); ++i) none[i] = cells[i].data() == nullptr;
      } else {
        const auto cells = ChunkCells<Uuid>(column, chunk);
        for (size_t i = 0; i < out.size(); ++i) none[i] = cells[i] == kMissingUuid;
      }
      for (size_t i = 0; i < out.size(); ++i) {
        out[i] = (missing && none[i]) == (kOp == BinaryOp::kEqual) ? 1 : 0;
      }
    });
  }
  if (column.type() == ColumnType::kCategorical) {
    // H2O: a level never equals a number, nor differs from one.
    return ConstantColumn(layout, ComparesForEquality(kOp) ? 0 : kMissingReal);
  }
  const Side side{.column = &column};
  const Side other{.number = number};
  return number_first ? Numbers<kOp>(layout, evaluator, other, side)
                      : Numbers<kOp>(layout, evaluator, side, other);
}

template <BinaryOp kOp>
ColumnPtr WithText(const Arguments& arguments, const Layout& layout, Evaluator& evaluator,
                   const Column& column, const std::string& text, bool text_first) {
  if (!Compares(kOp)) Refuse(arguments, "strings");
  if (column.type() == ColumnType::kCategorical) {
    // Levels are in the order of their codes; a level that is not there comes before all.
    const Side side{.column = &column};
    const Side other{.number = static_cast<double>(column.domain()->Find(text))};
    return text_first ? Numbers<kOp>(layout, evaluator, other, side)
                      : Numbers<kOp>(layout, evaluator, side, other);
  }
  if (!ComparesForEquality(kOp)) Refuse(arguments, "strings");
  if (column.type() != ColumnType::kString) {
    return ConstantColumn(layout, kOp == BinaryOp::kEqual ? 0 : 1);
  }
  return MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    const auto cells = ChunkCells<std::string_view>(column, chunk);
    for (size_t i = 0; i < out.size(); ++i) {
      const bool equal = cells[i].data() != nullptr && cells[i] == text;
      out[i] = equal == (kOp == BinaryOp::kEqual) ? 1 : 0;
    }
  });
}

std::vector<std::string> Numbered(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back("C" + std::to_string(i + 1));
  return names;
}

// The frame cut as the other.
FramePtr CutLike(const FramePtr& frame, const Frame& other) {
  if (frame->layout().SameCuts(other.layout())) return frame;
  const Frame empty(other.layout_ptr(), {}, {});
  return std::make_shared<const Frame>(empty.Bind(*frame));
}

// One row against every row of the other frame.
template <BinaryOp kOp>
Frame WithRow(const Arguments& arguments, Evaluator& evaluator, const Frame& frame,
              const Frame& row, bool row_first) {
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < frame.columns(); ++i) {
    const Column& other = row.column(i);
    if (other.type() == ColumnType::kString) {
      std::string_view text;
      ReadCells(row, i, 0, std::span(&text, 1));
      columns.push_back(WithText<kOp>(arguments, frame.layout(), evaluator, frame.column(i),
                                      std::string(text), row_first));
      continue;
    }
    if (!IsNumeric(other.type())) Refuse(arguments, "UUIDs");
    double number = 0;
    ReadCells(row, i, 0, std::span(&number, 1));
    if (other.type() == ColumnType::kCategorical && !std::isnan(number)) {
      columns.push_back(WithText<kOp>(arguments, frame.layout(), evaluator, frame.column(i),
                                      other.domain()->levels()[static_cast<size_t>(number)],
                                      row_first));
    } else {
      columns.push_back(WithNumber<kOp>(arguments, frame.layout(), evaluator, frame.column(i),
                                        number, row_first));
    }
  }
  return Frame(frame.layout_ptr(), frame.names(), std::move(columns));
}

template <BinaryOp kOp>
Frame Frames(const Arguments& arguments, Evaluator& evaluator, FramePtr left, FramePtr right) {
  if (left->rows() != right->rows()) {
    if (left->rows() != 1 && right->rows() != 1) {
      throw UserError("(" + std::string(arguments.function()) +
                      " …): frames must have the same number of rows, not " +
                      std::to_string(left->rows()) + " and " + std::to_string(right->rows()));
    }
    if (left->columns() != right->columns()) {
      throw UserError("(" + std::string(arguments.function()) +
                      " …): frames must have the same number of columns, not " +
                      std::to_string(left->columns()) + " and " + std::to_string(right->columns()));
    }
    return left->rows() == 1 ? WithRow<kOp>(arguments, evaluator, *right, *left, true)
                             : WithRow<kOp>(arguments, evaluator, *left, *right, false);
  }
  const bool one_left = left->columns() == 1;
  const bool one_right = right->columns() == 1;
  if (left->columns() != right->columns() && !one_left && !one_right) {
    throw UserError("(" + std::string(arguments.function()) +
                    " …): frames must have the same number of columns, not " +
                    std::to_string(left->columns()) + " and " + std::to_string(right->columns()));
  }
  right = CutLike(right, *left);
  const FramePtr& wide = one_left ? right : left;
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < wide->columns(); ++i) {
    columns.push_back(Columns<kOp>(arguments, left->layout(), evaluator,
                                   left->column(one_left ? 0 : i),
                                   right->column(one_right ? 0 : i)));
  }
  const FramePtr& named = one_left && !one_right ? right : left;
  return Frame(left->layout_ptr(), named->names(), std::move(columns));
}

}  // namespace

template <BinaryOp kOp>
Value Binary(const Arguments& arguments, Evaluator& evaluator) {
  const Value& left = arguments[0];
  const Value& right = arguments[1];
  const bool left_frame = left.Is<NamedFrame>() || left.Is<EachRow>();
  const bool right_frame = right.Is<NamedFrame>() || right.Is<EachRow>();
  const bool each_row = left.Is<EachRow>() || right.Is<EachRow>();
  const auto result = [&](Frame frame) -> Value {
    auto shared = std::make_shared<const Frame>(std::move(frame));
    if (each_row) return EachRow{std::move(shared)};
    return NamedFrame{std::move(shared), {}};
  };
  if (left_frame && right_frame) {
    return result(Frames<kOp>(arguments, evaluator, arguments.FrameAt(0), arguments.FrameAt(1)));
  }
  if (!left_frame && !right_frame) {
    const auto* a = left.As<std::string>();
    const auto* b = right.As<std::string>();
    if (a != nullptr && b != nullptr && Compares(kOp)) {
      const int order = a->compare(*b);
      return Apply<kOp>(order, 0);
    }
    return Apply<kOp>(arguments.Number(0), arguments.Number(1));
  }
  const FramePtr frame = arguments.FrameAt(left_frame ? 0 : 1);
  const size_t other = left_frame ? 1 : 0;
  const Value& scalar = arguments[other];
  std::vector<ColumnPtr> columns;
  if (const auto* text = scalar.As<std::string>()) {
    for (size_t i = 0; i < frame->columns(); ++i) {
      columns.push_back(WithText<kOp>(arguments, frame->layout(), evaluator, frame->column(i),
                                      *text, right_frame));
    }
    return result(Frame(frame->layout_ptr(), frame->names(), std::move(columns)));
  }
  const double number = arguments.Number(other);
  for (size_t i = 0; i < frame->columns(); ++i) {
    columns.push_back(WithNumber<kOp>(arguments, frame->layout(), evaluator, frame->column(i),
                                      number, right_frame));
  }
  return result(Frame(frame->layout_ptr(),
                      ComparesForEquality(kOp) ? Numbered(frame->columns()) : frame->names(),
                      std::move(columns)));
}

template Value Binary<BinaryOp::kPlus>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kMinus>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kTimes>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kDivide>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kIntegerDivide>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kRemainder>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kPower>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kEqual>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kNotEqual>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kLess>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kLessEqual>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kGreater>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kGreaterEqual>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kAnd>(const Arguments&, Evaluator&);
template Value Binary<BinaryOp::kOr>(const Arguments&, Evaluator&);

}  // namespace thalweg::internal
