#include "server/schemas/wire_values.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace thalweg {
namespace {

// Upper case letters and digits only.
std::string LevelKey(std::string_view text) {
  std::string key;
  for (const char c : text) {
    if (c >= 'a' && c <= 'z') {
      key += static_cast<char>(c - 'a' + 'A');
    } else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
      key += c;
    }
  }
  return key;
}

bool IsNull(std::string_view text) { return text.empty() || text == "null" || text == "None"; }

}  // namespace

std::vector<std::string> ParseWireList(std::string_view text) {
  text = Trim(text);
  if (IsNull(text)) return {};
  if (text.front() != '[') return {std::string(text)};
  if (text.back() != ']' || text.size() < 2) throw UserError("the list does not end with ]");
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> elements;
  std::string element;
  bool quoted = false;  // the element had quotes, so that blanks in it count
  size_t depth = 0;
  char quote = 0;
  const auto finish = [&] {
    elements.push_back(quoted ? element : std::string(Trim(element)));
    element.clear();
    quoted = false;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\' && i + 1 < text.size() && depth == 0) {
        element += Unescape(text[++i]);
      } else if (c == quote) {
        quote = 0;
        if (depth > 0) element += c;
      } else {
        element += c;
      }
    } else if ((c == '"' || c == '\'') && (depth > 0 || Trim(element).empty())) {
      quote = c;
      if (depth > 0) {
        element += c;
      } else {
        element.clear();
        quoted = true;
      }
    } else if (c == ',' && depth == 0) {
      finish();
    } else {
      if (c == '[' || c == '{') ++depth;
      if (c == ']' || c == '}') {
        if (depth == 0) throw UserError("the list has a ] too many");
        --depth;
      }
      if (!quoted || depth > 0) element += c;
    }
  }
  if (quote != 0) throw UserError("a quote in the list does not end");
  if (depth > 0) throw UserError("the list has a [ that does not end");
  if (!elements.empty() || quoted || !Trim(element).empty()) finish();
  return elements;
}

std::optional<bool> ParseWireBool(std::string_view text) {
  if (EqualsIgnoreCase(text, "true") || text == "1") return true;
  if (EqualsIgnoreCase(text, "false") || text == "0") return false;
  return std::nullopt;
}

std::optional<std::string> FindWireLevel(const std::vector<std::string>& levels,
                                         std::string_view text) {
  const std::string key = LevelKey(text);
  for (const std::string& level : levels) {
    if (LevelKey(level) == key) return level;
  }
  return std::nullopt;
}

void ParseWireField(const ParamSpec& spec, std::string_view text, void* record) {
  switch (spec.type()) {
    case ParamType::kBool: {
      const auto value = ParseWireBool(Trim(text));
      if (!value) throw UserError(Printable(text) + " is neither true nor false");
      spec.FromJson(*value, record);
      return;
    }
    case ParamType::kEnum: {
      const auto level = FindWireLevel(spec.access.levels, text);
      spec.Parse(level ? *level : text, record);
      return;
    }
    case ParamType::kStringList: {
      JsonArray values;
      for (const std::string& element : ParseWireList(text)) values.emplace_back(element);
      spec.FromJson(values, record);
      return;
    }
    case ParamType::kString:
      spec.FromJson(Json(text), record);
      return;
    case ParamType::kInt:
    case ParamType::kReal:
    case ParamType::kIntList:
    case ParamType::kRealList:
      break;
  }
  spec.Parse(Trim(text), record);
}

}  // namespace thalweg
