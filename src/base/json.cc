#include "base/json.h"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <string>

#include "base/error.h"
#include "base/text.h"

namespace thalweg {
namespace {

// A JSON text is UTF-8 whatever the strings hold.
std::string Quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(ToValidUtf8(text)));
}

// "-0" would read back as the integer 0, which has no sign.
std::string NumberText(double number) {
  if (!std::isfinite(number)) return "null";
  return number == 0 && std::signbit(number) ? "-0.0" : fmt::format("{}", number);
}

void Format(const Json& value, int indent, std::string& out) {
  const std::string inner(static_cast<size_t>(indent) + 2, ' ');
  if (const JsonObject* object = value.if_object(); object != nullptr && !object->empty()) {
    out += "{\n";
    bool first = true;
    for (const auto& [key, member] : *object) {
      if (!first) out += ",\n";
      first = false;
      out += inner + Quoted(key) + ": ";
      Format(member, indent + 2, out);
    }
    out += "\n" + std::string(static_cast<size_t>(indent), ' ') + "}";
  } else if (const JsonArray* array = value.if_array(); array != nullptr && !array->empty()) {
    // Arrays of plain values stay on one line.
    bool nested = false;
    for (const Json& element : *array) nested |= element.is_structured();
    out += nested ? "[\n" + inner : "[";
    bool first = true;
    for (const Json& element : *array) {
      if (!first) out += nested ? ",\n" + inner : ", ";
      first = false;
      Format(element, indent + 2, out);
    }
    out += nested ? "\n" + std::string(static_cast<size_t>(indent), ' ') + "]" : "]";
  } else if (const double* number = value.if_double()) {
    out += NumberText(*number);
  } else if (const auto* text = value.if_string()) {
    out += Quoted(*text);
  } else {
    out += boost::json::serialize(value);
  }
}

// Builds the value of a text that comes in one piece. Boost's own parser (1.81) does not round
// numbers correctly: they would not read back as the same bits.
struct Builder {
  using View = boost::json::string_view;
  using Error = boost::json::error_code;
  static constexpr size_t max_object_size = boost::json::object::max_size();
  static constexpr size_t max_array_size = boost::json::array::max_size();
  static constexpr size_t max_key_size = boost::json::string::max_size();
  static constexpr size_t max_string_size = boost::json::string::max_size();

  bool on_document_begin(Error& /*error*/) {
    values.reset();
    return true;
  }
  bool on_document_end(Error& /*error*/) { return true; }
  bool on_object_begin(Error& /*error*/) { return true; }
  bool on_object_end(size_t n, Error& /*error*/) {
    values.push_object(n);
    return true;
  }
  bool on_array_begin(Error& /*error*/) { return true; }
  bool on_array_end(size_t n, Error& /*error*/) {
    values.push_array(n);
    return true;
  }
  bool on_key_part(View part, size_t /*n*/, Error& /*error*/) {
    values.push_chars(part);
    return true;
  }
  bool on_key(View part, size_t /*n*/, Error& /*error*/) {
    values.push_key(part);
    return true;
  }
  bool on_string_part(View part, size_t /*n*/, Error& /*error*/) {
    values.push_chars(part);
    return true;
  }
  bool on_string(View part, size_t /*n*/, Error& /*error*/) {
    values.push_string(part);
    return true;
  }
  bool on_number_part(View part, Error& /*error*/) {
    number.append(part.data(), part.size());
    return true;
  }
  bool on_int64(int64_t value, View /*part*/, Error& /*error*/) {
    number.clear();
    values.push_int64(value);
    return true;
  }
  bool on_uint64(uint64_t value, View /*part*/, Error& /*error*/) {
    number.clear();
    values.push_uint64(value);
    return true;
  }
  bool on_double(double value, View part, Error& /*error*/) {
    number.append(part.data(), part.size());
    double exact = value;
    const auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), exact);
    // Out of range: what Boost makes of it.
    values.push_double(code == std::errc() && end == number.data() + number.size() ? exact : value);
    number.clear();
    return true;
  }
  bool on_bool(bool value, Error& /*error*/) {
    values.push_bool(value);
    return true;
  }
  bool on_null(Error& /*error*/) {
    values.push_null();
    return true;
  }
  bool on_comment_part(View /*part*/, Error& /*error*/) { return true; }
  bool on_comment(View /*part*/, Error& /*error*/) { return true; }

  boost::json::value_stack values;
  std::string number;  // what has come of one so far
};

}  // namespace

Json ParseJson(std::string_view text, std::string_view what) {
  boost::json::parse_options options;
  options.max_depth = 64;
  boost::json::basic_parser<Builder> parser(options);
  boost::system::error_code error;
  const size_t read = parser.write_some(false, text.data(), text.size(), error);
  const size_t rest = text.find_first_not_of(" \t\r\n", read);
  if (error || rest != std::string_view::npos) {
    throw UserError(fmt::format("{}: not valid JSON at byte {}: {}", what, read,
                                error ? error.message() : "text after the end of the value"));
  }
  return parser.handler().values.release();
}

std::string FormatJson(const Json& value) {
  std::string out;
  Format(value, 0, out);
  return out;
}

Json JsonNumber(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace thalweg
