// Columns, or rows, to one number.
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What the simple reductions need of some cells.
struct Part {
  double sum = 0;
  double product = 1;
  double min = kInfinity;
  double max = -kInfinity;
  int64_t count = 0;
  int64_t missing = 0;

  void Join(const Part& other) {
    sum += other.sum;
    product *= other.product;
    min = std::min(min, other.min);
    max = std::max(max, other.max);
    count += other.count;
    missing += other.missing;
  }
};

Part PartOf(std::span<const double> cells) {
  Part part;
  // Sums of short blocks lose fewer digits than one long sum.
  constexpr size_t kBlock = 256;
  for (size_t begin = 0; begin < cells.size(); begin += kBlock) {
    double sum = 0;
    for (const double cell : cells.subspan(begin, std::min(kBlock, cells.size() - begin))) {
      if (std::isnan(cell)) {
        ++part.missing;
        continue;
      }
      sum += cell;
      part.product *= cell;
      part.min = std::min(part.min, cell);
      part.max = std::max(part.max, cell);
    }
    part.sum += sum;
  }
  part.count = static_cast<int64_t>(cells.size()) - part.missing;
  return part;
}

bool HasNumbers(const Column& column) {
  return column.type() == ColumnType::kReal || column.type() == ColumnType::kInteger;
}

// Means and sums of a column also make sense for times and, as 0 and 1, for two levels.
bool HasMean(const Column& column) {
  return HasNumbers(column) || column.type() == ColumnType::kTime ||
         (column.type() == ColumnType::kCategorical && column.domain()->size() <= 2);
}

Part Reduce(const Layout& layout, const Column& column, Evaluator& evaluator) {
  Part whole;
  for (const Part& part : ChunkParts(layout, evaluator, [&](size_t chunk) {
         return PartOf(ChunkCells<double>(column, chunk));
       })) {
    whole.Join(part);
  }
  return whole;
}

// Rows of the numeric columns, as parts that `finish` turns into numbers.
template <class Finish>
ColumnPtr ReduceRows(const Frame& frame, Evaluator& evaluator, Finish finish) {
  return MakeNumbers(frame.layout(), evaluator, [&](size_t chunk, std::span<double> out) {
    std::vector<Part> parts(out.size());
    for (size_t c = 0; c < frame.columns(); ++c) {
      if (!HasNumbers(frame.column(c))) continue;
      const auto cells = ChunkCells<double>(frame.column(c), chunk);
      for (size_t i = 0; i < cells.size(); ++i) parts[i].Join(PartOf({&cells[i], 1}));
    }
    for (size_t i = 0; i < out.size(); ++i) out[i] = finish(parts[i]);
  });
}

// One number of all columns together: NaN where a column holds none.
template <class Finish>
Value ReduceAll(const Arguments& arguments, Evaluator& evaluator, Finish finish) {
  const FramePtr frame = arguments.FrameAt(0);
  if (arguments.EachRowAt(0)) {
    return EachRow{std::make_shared<const Frame>(Frame(frame->layout_ptr(),
                                                       {std::string(arguments.function())},
                                                       {ReduceRows(*frame, evaluator, finish)}))};
  }
  Part whole;
  for (size_t c = 0; c < frame->columns(); ++c) {
    if (!HasNumbers(frame->column(c)) && frame->rows() > 0) return kMissingReal;
    if (frame->rows() == 0) continue;
    whole.Join(Reduce(frame->layout(), frame->column(c), evaluator));
  }
  return finish(whole);
}

double MinOf(const Part& part, bool skip) {
  return part.count == 0 || (part.missing > 0 && !skip) ? kMissingReal : part.min;
}
double MaxOf(const Part& part, bool skip) {
  return part.count == 0 || (part.missing > 0 && !skip) ? kMissingReal : part.max;
}
double SumOf(const Part& part, bool skip) {
  return part.missing > 0 && !skip ? kMissingReal : part.sum;
}
double MeanOf(const Part& part, bool skip) {
  if (part.missing > 0 && !skip) return kMissingReal;
  // H2O: 0 where all cells are missing, missing where there is none.
  if (part.count == 0) return part.missing > 0 ? 0 : kMissingReal;
  return part.sum / static_cast<double>(part.count);
}

// (f frame skip axis): one row, or one column.
Value ReduceAxis(const Arguments& arguments, Evaluator& evaluator, const std::string& name,
                 double (*finish)(const Part&, bool)) {
  if (arguments[0].Is<double>()) return arguments.Number(0);
  const FramePtr frame = arguments.FrameAt(0);
  const bool skip = arguments.size() > 1 && arguments.Flag(1);
  const bool rows = arguments.EachRowAt(0) || (arguments.size() > 2 && arguments.Whole(2) == 1);
  if (rows) {
    auto column =
        ReduceRows(*frame, evaluator, [&](const Part& part) { return finish(part, skip); });
    auto result =
        std::make_shared<const Frame>(Frame(frame->layout_ptr(), {name}, {std::move(column)}));
    if (arguments.EachRowAt(0)) return EachRow{std::move(result)};
    return NamedFrame{std::move(result), {}};
  }
  const LayoutPtr layout = NewLayout(1);
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame->columns(); ++c) {
    const Column& column = frame->column(c);
    double number = kMissingReal;
    if (HasMean(column)) number = finish(Reduce(frame->layout(), column, evaluator), skip);
    if (column.type() == ColumnType::kTime) {
      const int64_t cell =
          std::isnan(number) ? kMissingInt : static_cast<int64_t>(std::llround(number));
      columns.push_back(
          IntegersColumn(*layout, std::span(&cell, 1), ColumnType::kTime, nullptr, evaluator));
    } else {
      columns.push_back(ConstantColumn(*layout, number));
    }
  }
  return Frame(layout, frame->names(), std::move(columns));
}

}  // namespace

Value Max(const Arguments& arguments, Evaluator& evaluator) {
  return ReduceAll(arguments, evaluator, [](const Part& part) { return MaxOf(part, false); });
}
Value MaxPresent(const Arguments& arguments, Evaluator& evaluator) {
  return ReduceAll(arguments, evaluator, [](const Part& part) { return MaxOf(part, true); });
}
Value Min(const Arguments& arguments, Evaluator& evaluator) {
  return ReduceAll(arguments, evaluator, [](const Part& part) { return MinOf(part, false); });
}
Value MinPresent(const Arguments& arguments, Evaluator& evaluator) {
  return ReduceAll(arguments, evaluator, [](const Part& part) { return MinOf(part, true); });
}
Value Sum(const Arguments& arguments, Evaluator& evaluator) {
  return ReduceAll(arguments, evaluator, [](const Part& part) { return SumOf(part, false); });
}
Value SumPresent(const Arguments& arguments, Evaluator& evaluator) {
  return ReduceAll(arguments, evaluator, [](const Part& part) { return SumOf(part, true); });
}
Value Product(const Arguments& arguments, Evaluator& evaluator) {
  return ReduceAll(arguments, evaluator,
                   [](const Part& part) { return part.missing > 0 ? kMissingReal : part.product; });
}
Value ProductPresent(const Arguments& arguments, Evaluator& evaluator) {
  return ReduceAll(arguments, evaluator, [](const Part& part) { return part.product; });
}
Value Mean(const Arguments& arguments, Evaluator& evaluator) {
  return ReduceAxis(arguments, evaluator, "mean", MeanOf);
}
Value SumAxis(const Arguments& arguments, Evaluator& evaluator) {
  return ReduceAxis(arguments, evaluator, "sum", SumOf);
}

}  // namespace thalweg::internal
