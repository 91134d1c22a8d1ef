// Functions of one number.
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

template <class Function>
Value MapNumbers(const Arguments& arguments, Evaluator& evaluator, const std::string& name,
                 Function function) {
  if (const auto* number = arguments[0].As<double>()) return function(*number);
  const FramePtr frame = arguments.FrameAt(0);
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame->columns(); ++c) {
    const Column& column = frame->column(c);
    if (column.type() == ColumnType::kCategorical || !IsNumeric(column.type())) {
      throw UserError("(" + std::string(arguments.function()) +
                      " …) cannot be applied to the column '" + Printable(frame->name(c)) +
                      "', which is of type " + std::string(ColumnTypeName(column.type())));
    }
    names.push_back(name.empty() ? frame->name(c) : name + "(" + frame->name(c) + ")");
    columns.push_back(
        MakeNumbers(frame->layout(), evaluator, [&](size_t chunk, std::span<double> out) {
          column.chunk(chunk).Decode(0, out);
          for (double& cell : out) cell = function(cell);
        }));
  }
  auto mapped =
      std::make_shared<const Frame>(frame->layout_ptr(), std::move(names), std::move(columns));
  if (arguments.EachRowAt(0)) return EachRow{std::move(mapped)};
  return NamedFrame{std::move(mapped), {}};
}

}  // namespace

Value Not(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "not",
                    [](double x) { return std::isnan(x) ? x : (x == 0 ? 1.0 : 0.0); });
}

}  // namespace thalweg::internal
