#include "cli/hyper_flags.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace thalweg {
namespace {

bool IsList(const ParamSpec* spec) {
  return spec != nullptr &&
         (spec->type() == ParamType::kIntList || spec->type() == ParamType::kRealList ||
          spec->type() == ParamType::kStringList);
}

std::string_view WithoutQuotes(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    return text.substr(1, text.size() - 2);
  }
  return text;
}

// 0.01,0.02 or 0.01;0.02 or [0.01,0.02]
JsonArray PlainValues(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    text = Trim(text.substr(1, text.size() - 2));
  }
  JsonArray values;
  if (text.empty()) return values;
  for (std::string_view value : Split(text, text.find(';') == text.npos ? ',' : ';')) {
    value = WithoutQuotes(Trim(value));
    if (value.empty()) throw UserError("has an empty value between its commas");
    values.emplace_back(boost::json::string(value));
  }
  return values;
}

// [200,200];[50] or [200,200],[50] or 200,200;50 or 200
JsonArray ListValues(const std::string& name, std::string_view text) {
  JsonArray values;
  const auto add = [&](std::string_view value) { values.emplace_back(boost::json::string(value)); };
  if (text.empty()) return values;
  if (text.front() != '[') {
    if (text.find(';') == text.npos && text.find(',') != text.npos) {
      throw UserError(
          fmt::format("is a list itself: {}=[{}] is one value of it; put ; between "
                      "several, as in {}=[200,200];[50]",
                      name, text, name));
    }
    for (std::string_view value : Split(text, ';')) add(Trim(value));
    return values;
  }
  while (!text.empty()) {
    const size_t end = text.find(']');
    if (text.front() != '[' || end == text.npos || text.find('[', 1) < end) {
      throw UserError(fmt::format("'{}' has no pairs of brackets; write {}=[200,200];[50]",
                                  Printable(text), name));
    }
    add(text.substr(0, end + 1));
    text = Trim(text.substr(end + 1));
    if (text.empty()) break;
    if (text.front() != ';' && text.front() != ',') {
      throw UserError(fmt::format("'{}' follows a bracket; put ; between values", Printable(text)));
    }
    text = Trim(text.substr(1));
    if (text.empty()) throw UserError("ends with a separator; a value is missing");
  }
  return values;
}

JsonArray ValuesOf(const std::string& name, std::string_view text, const ParamSpec* spec) {
  if (text.starts_with("[[")) {
    const Json json = ParseJson(text, "--hyper " + name);
    return json.as_array();
  }
  return IsList(spec) ? ListValues(name, text) : PlainValues(text);
}

}  // namespace

Json ReadHyperParameters(const std::vector<std::string>& assignments, const std::string& path,
                         const ParamSchema& schema) {
  JsonObject object;
  std::vector<FieldError> errors;
  for (const std::string& assignment : assignments) {
    const size_t equals = assignment.find('=');
    const std::string name(Trim(assignment.substr(0, equals)));
    if (equals == std::string::npos || name.empty()) {
      errors.push_back(
          {"--hyper", fmt::format("'{}' is not NAME=VALUE,VALUE,…", Printable(assignment))});
      continue;
    }
    try {
      const std::string_view text = Trim(std::string_view(assignment).substr(equals + 1));
      JsonArray values = ValuesOf(name, text, schema.Find(name));
      Json& all = object[name];
      if (all.is_null()) all = JsonArray();
      for (Json& value : values) all.as_array().push_back(std::move(value));
    } catch (const UserError& error) {
      errors.push_back({"--hyper " + Printable(name), error.what()});
    }
  }
  if (!path.empty()) {
    const Json file = ParseJson(ReadWholeFile(path), path);
    if (!file.is_object()) {
      throw UserError(path +
                      ": must hold a JSON object of names to lists of values, e.g. "
                      "{\"hidden\": [[200, 200], [50]], \"l1\": [0, 1e-5]}");
    }
    for (const auto& [name, values] : file.as_object()) {
      if (object.contains(name)) {
        errors.push_back({Printable(std::string(name)), "is in --hyper and in " + path});
      } else {
        object[name] = values;
      }
    }
  }
  if (!errors.empty()) throw FieldErrors(std::move(errors));
  return object;
}

}  // namespace thalweg
