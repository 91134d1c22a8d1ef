#include "rapids/value.h"

#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace thalweg::internal {

std::string_view Value::KindInWords() const {
  static constexpr std::string_view kWords[] = {
      "a number",          "a string", "an empty list",  "a list of numbers",
      "a list of strings", "a frame",  "a row",          "a function",
      "a function",        "a model",  "a map of frames"};
  return kWords[value_.index()];
}

Value NumbersValue(const std::vector<double>& numbers) {
  NumberList list;
  for (const double number : numbers) list.Add({.base = number});
  return list;
}

const Value& Arguments::operator[](size_t i) const {
  if (i >= values_.size()) {
    throw UserError("(" + std::string(function_) + " …): argument " + std::to_string(i + 1) +
                    " is missing");
  }
  return values_[i];
}

void Arguments::Fail(size_t i, const std::string& what) const {
  throw UserError("(" + std::string(function_) + " …): argument " + std::to_string(i + 1) + " " +
                  what);
}

FramePtr Arguments::FrameAt(size_t i) const {
  const Value& value = (*this)[i];
  if (const auto* frame = value.As<NamedFrame>()) return frame->frame;
  if (const auto* rows = value.As<EachRow>()) return rows->frame;
  Fail(i, "must be a frame, not " + std::string(value.KindInWords()));
}

ColumnPtr Arguments::ColumnAt(size_t i) const {
  const FramePtr frame = FrameAt(i);
  if (frame->columns() != 1) {
    Fail(i, "must be a single column; the frame has " + std::to_string(frame->columns()));
  }
  return frame->column_ptr(0);
}

bool Arguments::EachRowAt(size_t i) const { return i < size() && values_[i].Is<EachRow>(); }

double Arguments::Number(size_t i) const {
  const Value& value = (*this)[i];
  if (const auto* number = value.As<double>()) return *number;
  if (const auto* list = value.As<NumberList>(); list != nullptr && list->size() == 1) {
    return list->Expand().front();
  }
  Fail(i, "must be a number, not " + std::string(value.KindInWords()));
}

int64_t Arguments::Whole(size_t i) const {
  const double number = Number(i);
  if (number != std::floor(number) || std::abs(number) > 0x1p53) {
    Fail(i, "must be a whole number");
  }
  return static_cast<int64_t>(number);
}

bool Arguments::Flag(size_t i) const {
  const double number = Number(i);
  if (std::isnan(number)) Fail(i, "must be True or False");
  return number != 0;
}

const std::string& Arguments::Text(size_t i) const {
  const Value& value = (*this)[i];
  if (const auto* text = value.As<std::string>()) return *text;
  if (const auto* list = value.As<std::vector<std::string>>();
      list != nullptr && list->size() == 1) {
    return list->front();
  }
  Fail(i, "must be a string, not " + std::string(value.KindInWords()));
}

std::vector<double> Arguments::Numbers(size_t i) const {
  const Value& value = (*this)[i];
  if (const auto* list = value.As<NumberList>()) return list->Expand();
  if (const auto* number = value.As<double>()) return {*number};
  if (value.Is<EmptyList>()) return {};
  Fail(i, "must be a list of numbers, not " + std::string(value.KindInWords()));
}

std::vector<std::string> Arguments::Texts(size_t i) const {
  const Value& value = (*this)[i];
  if (const auto* list = value.As<std::vector<std::string>>()) return *list;
  if (const auto* text = value.As<std::string>()) return {*text};
  if (value.Is<EmptyList>()) return {};
  Fail(i, "must be a list of strings, not " + std::string(value.KindInWords()));
}

bool Arguments::Nothing(size_t i) const { return i >= size() || values_[i].Is<EmptyList>(); }

}  // namespace thalweg::internal
