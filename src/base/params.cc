#include "base/params.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "base/json.h"

namespace thalweg {
namespace {

template <class T>
T& As(void* member) {
  return *static_cast<T*>(member);
}

bool InRange(const ParamSpec& spec, double value) {
  const bool above = spec.min_exclusive ? value > spec.min : value >= spec.min;
  const bool below = spec.max_exclusive ? value < spec.max : value <= spec.max;
  return above && below;
}

void CheckRange(const ParamSpec& spec, double value) {
  if (!InRange(spec, value)) {
    throw UserError(fmt::format("is {}; it must be {}", value, spec.Range()));
  }
}

int64_t IntFromText(const ParamSpec& spec, std::string_view text) {
  std::optional<int64_t> value = ParseInt(Trim(text));
  if (!value) {
    // Clients write whole numbers as 10.0 and 1e6, too.
    const std::optional<double> real = ParseReal(Trim(text));
    if (real && std::trunc(*real) == *real && std::abs(*real) < 0x1p63) {
      value = static_cast<int64_t>(*real);
    }
  }
  if (!value) throw UserError(fmt::format("'{}' is not a whole number", Printable(text)));
  CheckRange(spec, static_cast<double>(*value));
  return *value;
}

double RealFromText(const ParamSpec& spec, std::string_view text) {
  const std::optional<double> value = ParseReal(Trim(text));
  if (!value || std::isnan(*value)) {
    throw UserError(fmt::format("'{}' is not a number", Printable(text)));
  }
  CheckRange(spec, *value);
  return *value;
}

// "a,b", "[a, b]" and "" for lists.
std::vector<std::string_view> ListItems(std::string_view text) {
  text = Trim(text);
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    text = Trim(text.substr(1, text.size() - 2));
  }
  if (text.empty()) return {};
  std::vector<std::string_view> items = Split(text, ',');
  for (std::string_view& item : items) item = Trim(item);
  return items;
}

// The list of texts in "[\"a\", \"b\"]", where \ stands before " and \; nothing where the text is
// not wholly so: then it is one of the plain forms.
std::optional<std::vector<std::string>> QuotedItems(std::string_view text) {
  text = Trim(text);
  if (text.size() < 4 || text.front() != '[' || text.back() != ']') return std::nullopt;
  text = Trim(text.substr(1, text.size() - 2));
  std::vector<std::string> items;
  while (text.starts_with('"')) {
    std::string item;
    size_t at = 1;
    for (; at < text.size() && text[at] != '"'; ++at) {
      const bool escaped =
          text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
      if (escaped) ++at;
      item += text[at];
    }
    if (at >= text.size()) return std::nullopt;
    items.push_back(std::move(item));
    text = Trim(text.substr(at + 1));
    if (text.empty()) return items;
    if (text.front() != ',') return std::nullopt;
    text = Trim(text.substr(1));
  }
  return std::nullopt;
}

std::vector<std::string> TextItems(std::string_view text) {
  if (auto quoted = QuotedItems(text)) return *std::move(quoted);
  const std::vector<std::string_view> items = ListItems(text);
  return {items.begin(), items.end()};
}

std::string TextOfItems(const std::vector<std::string>& items) {
  std::string plain = Join(items, ",");
  if (TextItems(plain) == items) return plain;
  std::string quoted = "[";
  for (const std::string& item : items) {
    quoted += quoted.size() > 1 ? ",\"" : "\"";
    for (const char c : item) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    quoted += '"';
  }
  return quoted + "]";
}

int LevelFromText(const ParamSpec& spec, std::string_view text) {
  const std::vector<std::string>& levels = spec.access.levels;
  for (size_t i = 0; i < levels.size(); ++i) {
    if (EqualsIgnoreCase(levels[i], Trim(text))) return static_cast<int>(i);
  }
  throw UserError(fmt::format("'{}' is not one of {}", Printable(text), fmt::join(levels, ", ")));
}

// The text form of a JSON value, so that text and JSON go through one parser.
std::string TextOf(const Json& value) {
  if (value.is_null()) return "";
  if (const auto* text = value.if_string()) return std::string(text->data(), text->size());
  if (const double* number = value.if_double()) return fmt::format("{}", *number);
  if (const JsonArray* array = value.if_array()) {
    std::vector<std::string> items;
    for (const Json& item : *array) items.push_back(TextOf(item));
    return "[" + Join(items, ",") + "]";
  }
  if (value.is_object()) throw UserError("is an object; a plain value is expected");
  return boost::json::serialize(value);
}

}  // namespace

std::string_view ParamTypeName(ParamType type) {
  static constexpr std::string_view kNames[] = {"boolean", "int",   "double",   "string",
                                                "enum",    "int[]", "double[]", "string[]"};
  return kNames[static_cast<int>(type)];
}

std::string_view ParamLevelName(ParamLevel level) {
  static constexpr std::string_view kNames[] = {"critical", "secondary", "expert"};
  return kNames[static_cast<int>(level)];
}

std::string ParamSpec::Format(const void* params) const {
  void* member = address(const_cast<void*>(params));
  switch (type()) {
    case ParamType::kBool:
      return As<bool>(member) ? "true" : "false";
    case ParamType::kInt:
      return std::to_string(As<int64_t>(member));
    case ParamType::kReal:
      return fmt::format("{}", As<double>(member));
    case ParamType::kString:
      return As<std::string>(member);
    case ParamType::kEnum:
      return access.levels.at(static_cast<size_t>(access.get_enum(member)));
    case ParamType::kIntList:
      return fmt::format("{}", fmt::join(As<std::vector<int64_t>>(member), ","));
    case ParamType::kRealList:
      return fmt::format("{}", fmt::join(As<std::vector<double>>(member), ","));
    case ParamType::kStringList:
      return TextOfItems(As<std::vector<std::string>>(member));
  }
  throw InternalError("unknown parameter type");
}

Json ParamSpec::ToJson(const void* params) const {
  void* member = address(const_cast<void*>(params));
  JsonArray list;
  switch (type()) {
    case ParamType::kBool:
      return As<bool>(member);
    case ParamType::kInt:
      return As<int64_t>(member);
    case ParamType::kReal:
      return JsonNumber(As<double>(member));
    case ParamType::kString:
    case ParamType::kEnum:
      return Json(Format(params));
    case ParamType::kIntList:
      for (int64_t value : As<std::vector<int64_t>>(member)) list.emplace_back(value);
      return list;
    case ParamType::kRealList:
      for (double value : As<std::vector<double>>(member)) list.push_back(JsonNumber(value));
      return list;
    case ParamType::kStringList:
      for (const std::string& value : As<std::vector<std::string>>(member))
        list.emplace_back(value);
      return list;
  }
  throw InternalError("unknown parameter type");
}

void ParamSpec::Parse(std::string_view text, void* params) const {
  void* member = address(params);
  switch (type()) {
    case ParamType::kBool: {
      const std::string lower = ToLower(Trim(text));
      if (lower != "true" && lower != "false" && lower != "1" && lower != "0") {
        throw UserError(fmt::format("'{}' is not true or false", Printable(text)));
      }
      As<bool>(member) = lower == "true" || lower == "1";
      return;
    }
    case ParamType::kInt:
      As<int64_t>(member) = IntFromText(*this, text);
      return;
    case ParamType::kReal:
      As<double>(member) = RealFromText(*this, text);
      return;
    case ParamType::kString:
      As<std::string>(member) = std::string(text);
      return;
    case ParamType::kEnum:
      access.set_enum(member, LevelFromText(*this, text));
      return;
    case ParamType::kIntList: {
      std::vector<int64_t> values;
      for (std::string_view item : ListItems(text)) values.push_back(IntFromText(*this, item));
      As<std::vector<int64_t>>(member) = std::move(values);
      return;
    }
    case ParamType::kRealList: {
      std::vector<double> values;
      for (std::string_view item : ListItems(text)) values.push_back(RealFromText(*this, item));
      As<std::vector<double>>(member) = std::move(values);
      return;
    }
    case ParamType::kStringList:
      As<std::vector<std::string>>(member) = TextItems(text);
      return;
  }
}

void ParamSpec::FromJson(const Json& value, void* params) const {
  if (type() == ParamType::kStringList && value.is_array()) {
    std::vector<std::string> values;  // not through text: a name may contain a comma
    for (const Json& item : value.as_array()) values.push_back(TextOf(item));
    As<std::vector<std::string>>(address(params)) = std::move(values);
    return;
  }
  Parse(TextOf(value), params);
}

std::string ParamSpec::Range() const {
  const bool low = std::isfinite(min);
  const bool high = std::isfinite(max);
  if (low && high) {
    std::string text = fmt::format("between {} and {}", min, max);
    if (min_exclusive) text += fmt::format(" ({} excluded)", min);
    if (max_exclusive) text += fmt::format(" ({} excluded)", max);
    return text;
  }
  if (low) return fmt::format("{} {}", min_exclusive ? "greater than" : "at least", min);
  if (high) return fmt::format("{} {}", max_exclusive ? "less than" : "at most", max);
  return "";
}

const ParamSpec* ParamSchema::Find(std::string_view name) const {
  for (const ParamSpec& spec : specs_) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

std::string ParamSchema::Nearest(std::string_view name) const {
  std::vector<std::string> names;
  for (const ParamSpec& spec : specs_) names.push_back(spec.name);
  return NearestWord(name, names);
}

void ParamSchema::Parse(const std::vector<std::pair<std::string, std::string>>& fields,
                        void* params) const {
  JsonObject object;
  for (const auto& [name, text] : fields) object[name] = text;
  FromJson(object, params);
}

void ParamSchema::FromJson(const Json& object, void* params) const {
  std::vector<FieldError> errors;
  for (const auto& [key, value] : object.as_object()) {
    const std::string name(key);
    const ParamSpec* spec = Find(name);
    if (spec == nullptr) {
      const std::string nearest = Nearest(name);
      errors.push_back({name, nearest.empty()
                                  ? "no such parameter"
                                  : "no such parameter; did you mean " + nearest + "?"});
      continue;
    }
    try {
      spec->FromJson(value, params);
    } catch (const UserError& error) {
      errors.push_back({name, error.what()});
    }
  }
  if (!errors.empty()) throw FieldErrors(std::move(errors));
}

Json ParamSchema::ToJson(const void* params) const {
  JsonObject object;
  for (const ParamSpec& spec : specs_) object[spec.name] = spec.ToJson(params);
  return object;
}

Json ParamSchema::Describe() const {
  JsonArray fields;
  for (const ParamSpec& spec : specs_) {
    JsonObject field;
    field["name"] = spec.name;
    field["type"] = ParamTypeName(spec.type());
    field["default"] = spec.default_text;
    field["level"] = ParamLevelName(spec.level);
    field["gridable"] = spec.gridable;
    if (!spec.Range().empty()) field["range"] = spec.Range();
    if (!spec.access.levels.empty()) field["values"] = boost::json::value_from(spec.access.levels);
    field["help"] = spec.help;
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace thalweg
