// What expressions come to.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "frame/frame.h"
#include "models/model.h"
#include "rapids/ast.h"

namespace thalweg::internal {

struct Primitive;
struct Scope;

using FramePtr = std::shared_ptr<const Frame>;

// A frame, and the name under which the catalog held it when it was read or put there.
struct NamedFrame {
  FramePtr frame;
  std::string name;  // empty: nothing holds it
};
// Every row of the frame stands for itself: what the argument of a function is that `apply` calls
// for each row. Operations between columns work as on the frame; those that reduce a column reduce
// each row.
struct EachRow {
  FramePtr frame;
};
// Argument of a lambda, with the scope in which it was written.
struct Lambda {
  AstPtr node;
  std::shared_ptr<const Scope> scope;
};
struct NamedModel {
  std::shared_ptr<const Model> model;
  std::string name;
};
struct FrameMap {
  std::vector<std::string> keys;
  std::vector<NamedFrame> frames;
};
struct EmptyList {};

class Value {
 public:
  using Variant = std::variant<double, std::string, EmptyList, NumberList, std::vector<std::string>,
                               NamedFrame, EachRow, Lambda, const Primitive*, NamedModel, FrameMap>;

  Value(double number) : value_(number) {}                             // NOLINT(google-explicit-*)
  Value(std::string text) : value_(std::move(text)) {}                 // NOLINT
  Value(const char* text) : value_(std::string(text)) {}               // NOLINT
  Value(EmptyList none) : value_(none) {}                              // NOLINT
  Value(NumberList list) : value_(std::move(list)) {}                  // NOLINT
  Value(std::vector<std::string> list) : value_(std::move(list)) {}    // NOLINT
  Value(NamedFrame frame) : value_(std::move(frame)) {}                // NOLINT
  Value(EachRow rows) : value_(std::move(rows)) {}                     // NOLINT
  Value(Lambda lambda) : value_(std::move(lambda)) {}                  // NOLINT
  Value(const Primitive* primitive) : value_(primitive) {}             // NOLINT
  Value(NamedModel model) : value_(std::move(model)) {}                // NOLINT
  Value(FrameMap map) : value_(std::move(map)) {}                      // NOLINT
  Value(FramePtr frame) : value_(NamedFrame{std::move(frame), {}}) {}  // NOLINT
  Value(Frame frame)                                                   // NOLINT
      : Value(std::make_shared<const Frame>(std::move(frame))) {}

  template <class T>
  bool Is() const {
    return std::holds_alternative<T>(value_);
  }
  template <class T>
  const T* As() const {
    return std::get_if<T>(&value_);
  }
  const Variant& variant() const { return value_; }
  // "a number", "a frame", …: for messages.
  std::string_view KindInWords() const;

 private:
  Variant value_;
};

// A list of numbers as they are.
Value NumbersValue(const std::vector<double>& numbers);

// The arguments of one call, checked as they are read. Every error is a UserError that names the
// function and the argument's place.
class Arguments {
 public:
  Arguments(std::string_view function, std::vector<Value> values)
      : function_(function), values_(std::move(values)) {}

  std::string_view function() const { return function_; }
  size_t size() const { return values_.size(); }
  const Value& operator[](size_t i) const;
  [[noreturn]] void Fail(size_t i, const std::string& what) const;

  // A frame; also the rows of EachRow as a frame.
  FramePtr FrameAt(size_t i) const;
  // The only column of a frame.
  ColumnPtr ColumnAt(size_t i) const;
  bool EachRowAt(size_t i) const;
  double Number(size_t i) const;
  // A whole number.
  int64_t Whole(size_t i) const;
  bool Flag(size_t i) const;
  const std::string& Text(size_t i) const;
  // Lists; a single number or string counts as a list of one, [] as none.
  std::vector<double> Numbers(size_t i) const;
  std::vector<std::string> Texts(size_t i) const;
  bool Nothing(size_t i) const;  // [] or no argument there

 private:
  std::string_view function_;
  std::vector<Value> values_;
};

}  // namespace thalweg::internal
