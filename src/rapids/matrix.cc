// Frames as matrices: transpose, product, distances between rows.
#include <cmath>
#include <string>
#include <utility>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/text.h"
#include "mapreduce/gather_frame.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

// More columns than that make every later step slow and costly.
constexpr int64_t kMostColumns = 100'000;

std::vector<std::string> Numbered(size_t count) {
  std::vector<std::string> names;
  for (size_t c = 0; c < count; ++c) names.push_back("C" + std::to_string(c + 1));
  return names;
}

void CheckMatrix(const Arguments& arguments, size_t i, const Frame& frame) {
  for (size_t c = 0; c < frame.columns(); ++c) {
    const ColumnType type = frame.column(c).type();
    if (type != ColumnType::kReal && type != ColumnType::kInteger) {
      arguments.Fail(i, "must hold numbers only; the column '" + Printable(frame.name(c)) +
                            "' is of type " + std::string(ColumnTypeName(type)));
    }
  }
}

void CheckColumns(const Arguments& arguments, size_t i, int64_t count) {
  if (count > kMostColumns) {
    arguments.Fail(i, "would give " + WithThousands(count) + " columns; at most " +
                          WithThousands(kMostColumns) + " are possible");
  }
}

// Row by row.
std::vector<double> Dense(const Frame& frame, Evaluator& evaluator) {
  const size_t columns = frame.columns();
  RequireMemory(static_cast<double>(columns) * static_cast<double>(frame.rows()) * 8,
                "a matrix of all cells");
  std::vector<double> matrix(columns * static_cast<size_t>(frame.rows()));
  ForEachChunk(frame.layout(), evaluator, [&](size_t chunk) {
    const auto start = static_cast<size_t>(frame.layout().ChunkStart(chunk));
    for (size_t c = 0; c < columns; ++c) {
      const auto cells = ChunkCells<double>(frame.column(c), chunk);
      for (size_t r = 0; r < cells.size(); ++r) matrix[(start + r) * columns + c] = cells[r];
    }
  });
  return matrix;
}

// One row of the result per row of `left`: fill(cells of the row, out).
template <class Fill>
Frame RowWise(const Frame& left, Evaluator& evaluator, size_t width, Fill fill) {
  const Layout& layout = left.layout();
  RequireMemory(static_cast<double>(width) * static_cast<double>(left.rows()) * 8, "the result");
  std::vector<std::vector<ChunkPtr>> chunks(width, std::vector<ChunkPtr>(layout.chunks()));
  ForEachChunk(layout, evaluator, [&](size_t chunk) {
    const auto rows = static_cast<size_t>(layout.ChunkRows(chunk));
    std::vector<std::vector<double>> cells;
    for (size_t c = 0; c < left.columns(); ++c) {
      cells.push_back(ChunkCells<double>(left.column(c), chunk));
    }
    std::vector<std::vector<double>> out(width, std::vector<double>(rows));
    std::vector<double> row(left.columns());
    std::vector<double> result(width);
    for (size_t r = 0; r < rows; ++r) {
      evaluator.context().work.ThrowIfCancelled();  // a row may take milliseconds
      for (size_t c = 0; c < row.size(); ++c) row[c] = cells[c][r];
      fill(std::span<const double>(row), std::span<double>(result));
      for (size_t k = 0; k < width; ++k) out[k][r] = result[k] + 0.0;
    }
    for (size_t k = 0; k < width; ++k) chunks[k][chunk] = EncodeReals(out[k]);
  });
  std::vector<ColumnPtr> columns;
  for (auto& list : chunks) columns.push_back(NumericColumn(std::move(list), evaluator));
  return Frame(left.layout_ptr(), Numbered(width), std::move(columns));
}

}  // namespace

Value Transpose(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  CheckMatrix(arguments, 0, *frame);
  CheckColumns(arguments, 0, frame->rows());
  const auto matrix = Dense(*frame, evaluator);
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(frame->columns()));
  const auto width = static_cast<size_t>(frame->rows());
  std::vector<ColumnPtr> columns(width);
  for (size_t r = 0; r < width; ++r) {
    columns[r] = NumbersColumn(
        *layout, std::span(matrix).subspan(r * frame->columns(), frame->columns()), evaluator);
  }
  return Frame(layout, Numbered(width), std::move(columns));
}

Value MatrixProduct(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr left = arguments.FrameAt(0);
  const FramePtr right = arguments.FrameAt(1);
  CheckMatrix(arguments, 0, *left);
  CheckMatrix(arguments, 1, *right);
  if (static_cast<int64_t>(left->columns()) != right->rows()) {
    throw UserError("(x …): a matrix of " + std::to_string(left->columns()) +
                    " columns cannot be multiplied with one of " + std::to_string(right->rows()) +
                    " rows");
  }
  // The right side is small: it has as many rows as the left one columns.
  const auto matrix = Dense(GatherFrame(*right, evaluator.context().ranks), evaluator);
  const size_t width = right->columns();
  return RowWise(*left, evaluator, width, [&](std::span<const double> row, std::span<double> out) {
    std::fill(out.begin(), out.end(), 0.0);
    for (size_t c = 0; c < row.size(); ++c) {
      const double* const other = matrix.data() + c * width;
      for (size_t k = 0; k < width; ++k) out[k] += row[c] * other[k];
    }
  });
}

// (distance x y measure): of each row of x to each row of y.
Value Distance(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr x = arguments.FrameAt(0);
  const FramePtr y = arguments.FrameAt(1);
  const std::string& measure = arguments.Text(2);
  if (measure != "l1" && measure != "l2" && measure != "cosine" && measure != "cosine_sq") {
    arguments.Fail(2, "must be l1, l2, cosine or cosine_sq, not '" + Printable(measure) + "'");
  }
  if (x->columns() != y->columns()) {
    arguments.Fail(1, "must have as many columns as the first frame: " +
                          std::to_string(x->columns()) + ", not " + std::to_string(y->columns()));
  }
  for (size_t i = 0; i < 2; ++i) {
    const Frame& frame = i == 0 ? *x : *y;
    CheckMatrix(arguments, i, frame);
    for (size_t c = 0; c < frame.columns(); ++c) {
      if (MissingCells(frame.layout(), frame.column(c), evaluator) > 0) {
        arguments.Fail(i, "has missing cells in the column '" + Printable(frame.name(c)) + "'");
      }
    }
  }
  CheckColumns(arguments, 1, y->rows());
  const auto others = Dense(GatherFrame(*y, evaluator.context().ranks), evaluator);
  const auto width = static_cast<size_t>(y->rows());
  const size_t columns = x->columns();
  return RowWise(*x, evaluator, width, [&](std::span<const double> row, std::span<double> out) {
    for (size_t k = 0; k < width; ++k) {
      const double* const other = others.data() + k * columns;
      double sum = 0;
      double squares_x = 0;
      double squares_y = 0;
      for (size_t c = 0; c < columns; ++c) {
        if (measure == "l1") {
          sum += std::abs(row[c] - other[c]);
        } else if (measure == "l2") {
          sum += (row[c] - other[c]) * (row[c] - other[c]);
        } else {
          sum += row[c] * other[c];
          squares_x += row[c] * row[c];
          squares_y += other[c] * other[c];
        }
      }
      if (measure == "l2") sum = std::sqrt(sum);
      if (measure == "cosine") sum /= std::sqrt(squares_x * squares_y);
      if (measure == "cosine_sq") sum = sum * sum / (squares_x * squares_y);
      out[k] = sum;
    }
  });
}

}  // namespace thalweg::internal
