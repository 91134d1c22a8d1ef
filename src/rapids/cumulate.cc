// Running sums, products, minima and maxima down the rows or along them.
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

// A missing cell makes all after it missing.
template <class Join>
ColumnPtr DownRows(const Layout& layout, const Column& column, Evaluator& evaluator, double start,
                   Join join) {
  // What each chunk comes to, then what stands before it.
  const auto parts = ChunkParts(layout, evaluator, [&](size_t chunk) {
    double total = start;
    for (const double cell : ChunkCells<double>(column, chunk)) total = join(total, cell);
    return total;
  });
  std::vector<double> before = {start};
  for (const double part : parts) before.push_back(join(before.back(), part));
  return MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    column.chunk(chunk).Decode(0, out);
    double total = before[chunk];
    for (double& cell : out) cell = total = join(total, cell);
  });
}

template <class Join>
Value Cumulate(const Arguments& arguments, Evaluator& evaluator, double start, Join join) {
  const FramePtr frame = arguments.FrameAt(0);
  const bool rows = arguments.size() > 1 && arguments.Whole(1) == 1;
  for (size_t c = 0; c < frame->columns(); ++c) {
    const ColumnType type = frame->column(c).type();
    if (type == ColumnType::kCategorical || !IsNumeric(type)) {
      arguments.Fail(0, "must hold numbers only, not " + std::string(ColumnTypeName(type)));
    }
  }
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame->columns(); ++c) {
    if (!rows) {
      columns.push_back(DownRows(frame->layout(), frame->column(c), evaluator, start, join));
    } else if (c == 0) {
      columns.push_back(frame->column_ptr(0));
    } else {
      const Column& left = *columns.back();
      const Column& here = frame->column(c);
      columns.push_back(
          MakeNumbers(frame->layout(), evaluator, [&](size_t chunk, std::span<double> out) {
            left.chunk(chunk).Decode(0, out);
            const auto cells = ChunkCells<double>(here, chunk);
            for (size_t i = 0; i < out.size(); ++i) out[i] = join(out[i], cells[i]);
          }));
    }
  }
  std::vector<std::string> names = frame->names();
  if (names.size() == 1 && !rows) names = {"C1"};
  return Frame(frame->layout_ptr(), std::move(names), std::move(columns));
}

}  // namespace

Value CumulateSum(const Arguments& arguments, Evaluator& evaluator) {
  return Cumulate(arguments, evaluator, 0, [](double a, double b) { return a + b; });
}
Value CumulateProduct(const Arguments& arguments, Evaluator& evaluator) {
  return Cumulate(arguments, evaluator, 1, [](double a, double b) { return a * b; });
}
Value CumulateMin(const Arguments& arguments, Evaluator& evaluator) {
  return Cumulate(arguments, evaluator, HUGE_VAL,
                  [](double a, double b) { return std::isnan(a) || a < b ? a : b; });
}
Value CumulateMax(const Arguments& arguments, Evaluator& evaluator) {
  return Cumulate(arguments, evaluator, -HUGE_VAL,
                  [](double a, double b) { return std::isnan(a) || a > b ? a : b; });
}

}  // namespace thalweg::internal
