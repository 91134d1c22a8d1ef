// Functions of one number.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "rapids/chunks.h"
#include "rapids/gamma_functions.h"
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

// To `digits` places after the point, halves to the even neighbour. A half is meant in decimals:
// 2.345 to two places is 2.35 in H2O, where the product with 100 decides.
double RoundTo(double x, double digits) {
  if (std::isnan(x) || std::isinf(x)) return x;
  if (digits < 0) return kMissingReal;
  const double scale = std::pow(10, digits);
  const double scaled = std::abs(x) * scale;
  if (!(scaled < 0x1p52)) return x;
  const double whole = std::floor(scaled);
  const double rest = scaled - whole;
  const bool up = rest > 0.5 || (rest == 0.5 && (digits > 0 || std::fmod(whole, 2) == 1));
  return std::copysign((up ? whole + 1 : whole) / scale, x);
}

// To so many significant digits, at least one.
double SignificantDigits(double x, double digits) {
  if (std::isnan(x) || std::isinf(x) || x == 0) return x;
  digits = std::clamp(digits, 1.0, 17.0);
  char text[40];
  std::snprintf(text, sizeof text, "%.*e", static_cast<int>(digits) - 1, x);
  return std::strtod(text, nullptr);
}

}  // namespace

Value Abs(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "abs", [](double x) { return std::abs(x); });
}
Value Acos(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "acos", [](double x) { return std::acos(x); });
}
Value Acosh(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "acosh", [](double x) { return std::acosh(x); });
}
Value Asin(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "asin", [](double x) { return std::asin(x); });
}
Value Asinh(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "asinh", [](double x) { return std::asinh(x); });
}
Value Atan(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "atan", [](double x) { return std::atan(x); });
}
Value Atanh(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "atanh", [](double x) { return std::atanh(x); });
}
Value Ceiling(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "ceiling", [](double x) { return std::ceil(x); });
}
Value Cos(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "cos", [](double x) { return std::cos(x); });
}
Value Cosh(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "cosh", [](double x) { return std::cosh(x); });
}
Value Cospi(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "cospi",
                    [](double x) { return std::cos(std::numbers::pi * x); });
}
Value DigammaOf(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "digamma", [](double x) { return Digamma(x); });
}
Value Exp(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "exp", [](double x) { return std::exp(x); });
}
Value Expm1(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "expm1", [](double x) { return std::expm1(x); });
}
Value Floor(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "floor", [](double x) { return std::floor(x); });
}
Value GammaOf(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "gamma", [](double x) { return Gamma(x); });
}
Value LogGammaOf(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "lgamma", [](double x) { return LogGamma(x); });
}
Value Log(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "log", [](double x) { return std::log(x); });
}
Value Log10(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "log10", [](double x) { return std::log10(x); });
}
Value Log1p(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "log1p", [](double x) { return std::log1p(x); });
}
Value Log2(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "log2", [](double x) { return std::log2(x); });
}
Value Identity(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "none", [](double x) { return x; });
}
Value Sign(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "sign", [](double x) {
    return std::isnan(x) ? x : (x > 0 ? 1.0 : (x < 0 ? -1.0 : 0.0));
  });
}
Value Sin(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "sin", [](double x) { return std::sin(x); });
}
Value Sinh(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "sinh", [](double x) { return std::sinh(x); });
}
Value Sinpi(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "sinpi",
                    [](double x) { return std::sin(std::numbers::pi * x); });
}
Value Sqrt(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "sqrt", [](double x) { return std::sqrt(x); });
}
Value Tan(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "tan", [](double x) { return std::tan(x); });
}
Value Tanh(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "tanh", [](double x) { return std::tanh(x); });
}
Value Tanpi(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "tanpi",
                    [](double x) { return std::tan(std::numbers::pi * x); });
}
Value TrigammaOf(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "trigamma", [](double x) { return Trigamma(x); });
}
Value Trunc(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "trunc", [](double x) { return std::trunc(x); });
}

Value Not(const Arguments& arguments, Evaluator& evaluator) {
  return MapNumbers(arguments, evaluator, "not",
                    [](double x) { return std::isnan(x) ? x : (x == 0 ? 1.0 : 0.0); });
}

Value Round(const Arguments& arguments, Evaluator& evaluator) {
  const double digits = arguments.size() > 1 ? arguments.Number(1) : 0;
  return MapNumbers(arguments, evaluator, "", [&](double x) { return RoundTo(x, digits); });
}

Value Signif(const Arguments& arguments, Evaluator& evaluator) {
  const double digits = arguments.size() > 1 ? arguments.Number(1) : 6;
  return MapNumbers(arguments, evaluator, "",
                    [&](double x) { return SignificantDigits(x, digits); });
}

}  // namespace thalweg::internal
