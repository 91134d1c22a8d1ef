#include "ingest/arff/arff_header.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace thalweg::internal {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// What a backslash and this character stand for.
char Unescape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    default:
      return c;
  }
}

}  // namespace

void SkipBlanks(std::string_view& text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
}

std::string TakeArffValue(std::string_view& text, std::string_view ends, bool& quoted) {
  SkipBlanks(text);
  std::string value;
  quoted = !text.empty() && (text.front() == '\'' || text.front() == '"');
  if (!quoted) {
    size_t end = 0;
    while (end < text.size() && !IsBlank(text[end]) && text[end] != ',' &&
           ends.find(text[end]) == std::string_view::npos) {
      ++end;
    }
    value = text.substr(0, end);
    text.remove_prefix(end);
    return value;
  }
  const char quote = text.front();
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) {
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] == '\\' && i + 1 < text.size()) {
      value += Unescape(text[++i]);
    } else {
      value += text[i];
    }
  }
  throw UserError(
      fmt::format("a value that begins with {} has no closing {} on its line", quote, quote));
}

bool ArffHeader::AddLine(std::string_view line) {
  SkipBlanks(line);
  if (line.empty() || line.front() == '%') return true;
  bool quoted = false;
  const std::string keyword = ToLower(TakeArffValue(line, "", quoted));
  if (keyword == "@relation") return true;
  if (keyword == "@data") {
    if (attributes_.empty()) throw UserError("@data comes before any @attribute");
    return false;
  }
  if (keyword != "@attribute") {
    throw UserError(
        fmt::format("'{}' is none of @relation, @attribute and @data", Printable(keyword, 40)));
  }
  AddAttribute(line);
  return true;
}

void ArffHeader::AddAttribute(std::string_view rest) {
  ArffAttribute attribute;
  bool quoted = false;
  attribute.name = TakeArffValue(rest, "{", quoted);
  if (attribute.name.empty()) throw UserError("@attribute has no name");
  const auto same = [&](const ArffAttribute& other) { return other.name == attribute.name; };
  if (std::any_of(attributes_.begin(), attributes_.end(), same)) {
    throw UserError(fmt::format("two attributes are named {}", attribute.name));
  }
  SkipBlanks(rest);
  if (!rest.empty() && rest.front() == '{') {
    attribute.type = ArffType::kNominal;
    rest.remove_prefix(1);
    while (true) {
      SkipBlanks(rest);
      if (rest.empty())
        throw UserError(fmt::format("the levels of {} have no closing }}", attribute.name));
      if (rest.front() == '}') break;
      if (rest.front() == ',') {
        rest.remove_prefix(1);
        continue;
      }
      std::string level = TakeArffValue(rest, "}", quoted);
      const auto code = static_cast<int64_t>(attribute.levels.size());
      if (!attribute.codes.emplace(level, code).second) {
        throw UserError(
            fmt::format("the level '{}' of {} comes twice", Printable(level, 40), attribute.name));
      }
      attribute.levels.push_back(std::move(level));
    }
    rest.remove_prefix(1);
  } else {
    const std::string type = ToLower(TakeArffValue(rest, "", quoted));
    if (type == "numeric") {
      attribute.type = ArffType::kNumeric;
    } else if (type == "real") {
      attribute.type = ArffType::kReal;
    } else if (type == "integer") {
      attribute.type = ArffType::kInteger;
    } else if (type == "string") {
      attribute.type = ArffType::kString;
    } else if (type == "date") {
      attribute.type = ArffType::kDate;
      attribute.date_format = TakeArffValue(rest, "", quoted);
      if (attribute.date_format.empty()) attribute.date_format = "yyyy-MM-dd'T'HH:mm:ss";
      attribute.pattern.emplace(attribute.date_format);
    } else {
      throw UserError(
          fmt::format("attribute {} has type '{}'; there are numeric, real, integer, "
                      "string, date and lists of levels in braces",
                      attribute.name, Printable(type, 40)));
    }
  }
  SkipBlanks(rest);
  if (!rest.empty() && rest.front() != '%') {
    throw UserError(
        fmt::format("'{}' is left over after attribute {}", Printable(rest, 40), attribute.name));
  }
  attributes_.push_back(std::move(attribute));
}

}  // namespace thalweg::internal
