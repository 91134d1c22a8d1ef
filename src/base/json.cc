#include "base/json.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace thalweg {
namespace {

// A JSON text is UTF-8 whatever the strings hold.
std::string Quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(ToValidUtf8(text)));
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
    out += std::isfinite(*number) ? fmt::format("{}", *number) : "null";
  } else if (const auto* text = value.if_string()) {
    out += Quoted(*text);
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

Json ParseJson(std::string_view text, std::string_view what) {
  boost::json::parse_options options;
  options.max_depth = 64;
  boost::json::stream_parser parser({}, options);
  boost::system::error_code error;
  const size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  const size_t rest = text.find_first_not_of(" \t\r\n", read);
  if (error || rest != std::string_view::npos) {
    throw UserError(fmt::format("{}: not valid JSON at byte {}: {}", what, read,
                                error ? error.message() : "text after the end of the value"));
  }
  return parser.release();
}

std::string FormatJson(const Json& value) {
  std::string out;
  Format(value, 0, out);
  return out;
}

Json JsonNumber(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace thalweg
