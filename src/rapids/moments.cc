// Spread and shape of columns: median, standard deviation, skewness, kurtosis.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "mapreduce/cell_moments.h"
#include "mapreduce/quantiles.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

bool HasPlainNumbers(const Column& column) {
  return column.type() == ColumnType::kReal || column.type() == ColumnType::kInteger;
}

struct Shape {
  CellMoments moments;
  bool missing = false;
  double cubes = 0;  // sums of the third and fourth power of the distance from the mean
  double fourth = 0;
};

Shape ShapeOf(const Layout& layout, const Column& column, Evaluator& evaluator, bool higher) {
  Shape shape;
  for (const CellMoments& part : ChunkParts(
           layout, evaluator, [&](size_t chunk) { return MeasureChunk(column.chunk(chunk)); })) {
    Join(part, &shape.moments);
  }
  shape.missing = shape.moments.count < layout.rows();
  if (!higher) return shape;
  struct Sums {
    double cubes = 0;
    double fourth = 0;
  };
  for (const Sums& part : ChunkParts(layout, evaluator, [&](size_t chunk) {
         Sums sums;
         for (const double cell : ChunkCells<double>(column, chunk)) {
           if (std::isnan(cell)) continue;
           const double d = cell - shape.moments.mean;
           sums.cubes += d * d * d;
           sums.fourth += d * d * d * d;
         }
         return sums;
       })) {
    shape.cubes += part.cubes;
    shape.fourth += part.fourth;
  }
  return shape;
}

// finish(shape) for every column of numbers; NaN for others, and where a cell is missing and not
// skipped.
template <class Finish>
Value Shapes(const Arguments& arguments, Evaluator& evaluator, bool higher, Finish finish) {
  const FramePtr frame = arguments.FrameAt(0);
  const bool skip = arguments.size() > 1 && arguments.Flag(1);
  std::vector<double> numbers;
  for (size_t c = 0; c < frame->columns(); ++c) {
    double number = kMissingReal;
    if (HasPlainNumbers(frame->column(c))) {
      const Shape shape = ShapeOf(frame->layout(), frame->column(c), evaluator, higher);
      if (!shape.missing || skip) number = finish(shape);
    }
    numbers.push_back(number);
  }
  return NumbersValue(numbers);
}

}  // namespace

Value Median(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const bool skip = arguments.size() > 1 && arguments.Flag(1);
  std::vector<double> numbers;
  for (size_t c = 0; c < frame->columns(); ++c) {
    const Column& column = frame->column(c);
    double number = kMissingReal;
    if (HasPlainNumbers(column) &&
        (skip || MissingCells(frame->layout(), column, evaluator) == 0)) {
      const double half[] = {0.5};
      number = ComputeQuantiles(*frame, c, half, evaluator.pool(), QuantileMethod::kInterpolate,
                                &evaluator.context().ranks)
                   .front();
    }
    numbers.push_back(number);
  }
  return NumbersValue(numbers);
}

Value StandardDeviation(const Arguments& arguments, Evaluator& evaluator) {
  return Shapes(arguments, evaluator, false, [](const Shape& shape) {
    const auto n = static_cast<double>(shape.moments.count);
    return n < 2 ? kMissingReal : std::sqrt(shape.moments.squares / (n - 1));
  });
}

// As in H2O, the powers are averaged over all rows, also where cells are missing.
Value Skewness(const Arguments& arguments, Evaluator& evaluator) {
  const auto rows = static_cast<double>(arguments.FrameAt(0)->rows());
  return Shapes(arguments, evaluator, true, [&](const Shape& shape) {
    return shape.cubes / rows / std::pow(shape.moments.squares / rows, 1.5);
  });
}

Value Kurtosis(const Arguments& arguments, Evaluator& evaluator) {
  const auto rows = static_cast<double>(arguments.FrameAt(0)->rows());
  return Shapes(arguments, evaluator, true, [&](const Shape& shape) {
    const double variance = shape.moments.squares / rows;
    return shape.fourth / rows / (variance * variance);
  });
}

// (h2o.mad column method factor): of the first column, as in H2O.
Value MedianDeviation(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  if (frame->columns() == 0 || !HasPlainNumbers(frame->column(0))) {
    arguments.Fail(0, "must be a column of numbers");
  }
  const std::string name = arguments.size() > 1 ? arguments.Text(1) : "interpolate";
  QuantileMethod method = QuantileMethod::kInterpolate;
  if (name == "low") method = QuantileMethod::kLow;
  if (name == "high") method = QuantileMethod::kHigh;
  if (name == "average") method = QuantileMethod::kAverage;
  const double factor = arguments.size() > 2 ? arguments.Number(2) : 1.4826;
  const Layout& layout = frame->layout();
  const Column& column = frame->column(0);
  if (MissingCells(layout, column, evaluator) > 0) return kMissingReal;
  Communicator* const ranks = &evaluator.context().ranks;
  const double half[] = {0.5};
  const double median = ComputeQuantiles(*frame, 0, half, evaluator.pool(), method, ranks).front();
  const Frame distances(frame->layout_ptr(), {"C1"},
                        {MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
                          column.chunk(chunk).Decode(0, out);
                          for (double& cell : out) cell = std::abs(cell - median);
                        })});
  return factor * ComputeQuantiles(distances, 0, half, evaluator.pool(), method, ranks).front();
}

Value Mode(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  if (frame->columns() != 1 || frame->column(0).type() != ColumnType::kCategorical) {
    arguments.Fail(0, "must be one categorical column");
  }
  const Column& column = frame->column(0);
  const size_t levels = column.domain()->levels().size();
  std::vector<int64_t> counts(levels, 0);
  const auto parts = ChunkTexts(frame->layout(), evaluator, [&](size_t chunk) {
    std::vector<int64_t> own(levels, 0);
    for (const int64_t code : ChunkCells<int64_t>(column, chunk)) {
      if (code != kMissingInt) ++own[static_cast<size_t>(code)];
    }
    return std::string(reinterpret_cast<const char*>(own.data()), levels * sizeof(int64_t));
  });
  for (const std::string& part : parts) {
    std::vector<int64_t> own(levels);
    std::memcpy(own.data(), part.data(), part.size());
    for (size_t l = 0; l < levels; ++l) counts[l] += own[l];
  }
  if (counts.empty()) return kMissingReal;
  return static_cast<double>(std::max_element(counts.begin(), counts.end()) - counts.begin());
}

}  // namespace thalweg::internal
