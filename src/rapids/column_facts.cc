// Questions about columns: their types, levels, missing and true cells.
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

template <class Test>
Value ForColumns(const Arguments& arguments, Test test) {
  const FramePtr frame = arguments.FrameAt(0);
  std::vector<double> answers;
  for (size_t c = 0; c < frame->columns(); ++c) answers.push_back(test(frame->column(c)) ? 1 : 0);
  return NumbersValue(answers);
}

bool HasPlainNumbers(const Column& column) {
  return column.type() == ColumnType::kReal || column.type() == ColumnType::kInteger;
}

// Counts of cells that are 0, and that are neither 0 nor missing.
struct Truth {
  int64_t zeros = 0;
  int64_t others = 0;
  int64_t missing = 0;
};

Truth TruthOf(const Arguments& arguments, Evaluator& evaluator) {
  if (const auto* number = arguments[0].As<double>()) {
    if (std::isnan(*number)) return {.missing = 1};
    return *number == 0 ? Truth{.zeros = 1} : Truth{.others = 1};
  }
  const FramePtr frame = arguments.FrameAt(0);
  Truth truth;
  for (size_t c = 0; c < frame->columns(); ++c) {
    const Column& column = frame->column(c);
    if (!IsNumeric(column.type())) continue;
    for (const Truth& part : ChunkParts(frame->layout(), evaluator, [&](size_t chunk) {
           const Chunk& cells = column.chunk(chunk);
           const auto rows = static_cast<int64_t>(cells.rows());
           const auto nonzeros = static_cast<int64_t>(cells.nonzeros());
           const auto missing = static_cast<int64_t>(cells.missing());
           return Truth{rows - nonzeros, nonzeros - missing, missing};
         })) {
      truth.zeros += part.zeros;
      truth.others += part.others;
      truth.missing += part.missing;
    }
  }
  return truth;
}

}  // namespace

Value Any(const Arguments& arguments, Evaluator& evaluator) {
  const Truth truth = TruthOf(arguments, evaluator);
  return truth.others + truth.missing > 0 ? 1.0 : 0.0;
}

Value AnyPresent(const Arguments& arguments, Evaluator& evaluator) {
  return TruthOf(arguments, evaluator).others > 0 ? 1.0 : 0.0;
}

Value All(const Arguments& arguments, Evaluator& evaluator) {
  return TruthOf(arguments, evaluator).zeros == 0 ? 1.0 : 0.0;
}

Value MissingCounts(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  std::vector<double> counts;
  for (size_t c = 0; c < frame->columns(); ++c) {
    counts.push_back(
        static_cast<double>(MissingCells(frame->layout(), frame->column(c), evaluator)));
  }
  return NumbersValue(counts);
}

Value IsFactor(const Arguments& arguments, Evaluator& /*evaluator*/) {
  return ForColumns(arguments,
                    [](const Column& c) { return c.type() == ColumnType::kCategorical; });
}
Value IsNumericColumn(const Arguments& arguments, Evaluator& /*evaluator*/) {
  return ForColumns(arguments, HasPlainNumbers);
}
Value IsCharacter(const Arguments& arguments, Evaluator& /*evaluator*/) {
  return ForColumns(arguments, [](const Column& c) { return c.type() == ColumnType::kString; });
}

Value AnyFactor(const Arguments& arguments, Evaluator& /*evaluator*/) {
  const FramePtr frame = arguments.FrameAt(0);
  for (size_t c = 0; c < frame->columns(); ++c) {
    if (frame->column(c).type() == ColumnType::kCategorical) return 1.0;
  }
  return 0.0;
}

Value ColumnsByType(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const std::string type = arguments.size() > 1 ? arguments.Text(1) : "numeric";
  bool (*test)(const Column&) = nullptr;
  if (type == "numeric") test = HasPlainNumbers;
  if (type == "categorical") {
    test = [](const Column& c) { return c.type() == ColumnType::kCategorical; };
  }
  if (type == "string") test = [](const Column& c) { return c.type() == ColumnType::kString; };
  if (type == "time") test = [](const Column& c) { return c.type() == ColumnType::kTime; };
  if (type == "uuid") test = [](const Column& c) { return c.type() == ColumnType::kUuid; };
  if (test == nullptr && type != "bad") {
    arguments.Fail(1, "must be numeric, categorical, string, time, uuid or bad, not '" +
                          Printable(type) + "'");
  }
  std::vector<double> positions;
  for (size_t c = 0; c < frame->columns(); ++c) {
    const Column& column = frame->column(c);
    // Bad columns have no cell.
    const bool chosen = test != nullptr
                            ? test(column)
                            : frame->rows() > 0 &&
                                  MissingCells(frame->layout(), column, evaluator) == frame->rows();
    if (chosen) positions.push_back(static_cast<double>(c));
  }
  return NumbersValue(positions);
}

Value FilterMissingColumns(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const double most = arguments.Number(1) * static_cast<double>(frame->rows());
  std::vector<double> positions;
  for (size_t c = 0; c < frame->columns(); ++c) {
    if (static_cast<double>(MissingCells(frame->layout(), frame->column(c), evaluator)) < most) {
      positions.push_back(static_cast<double>(c));
    }
  }
  return NumbersValue(positions);
}

Value LevelCount(const Arguments& arguments, Evaluator& /*evaluator*/) {
  const ColumnPtr column = arguments.ColumnAt(0);
  return column->domain() ? static_cast<double>(column->domain()->size()) : 0.0;
}

}  // namespace thalweg::internal
