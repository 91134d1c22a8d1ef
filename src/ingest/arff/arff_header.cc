#include "ingest/arff/arff_header.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace thalweg::internal {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

void SkipBlanks(std::string_view& text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
}

std::string_view TakeArffValue(std::string_view& text, std::string_view ends, bool& quoted,
                               std::string& scratch) {
  SkipBlanks(text);
  quoted = !text.empty() && (text.front() == '\'' || text.front() == '"');
  if (!quoted) {
    size_t end = 0;
    while (end < text.size() && !IsBlank(text[end]) && text[end] != ',' &&
           ends.find(text[end]) == std::string_view::npos) {
      ++end;
    }
    const std::string_view value = text.substr(0, end);
    text.remove_prefix(end);
    return value;
  }
  const char quote = text.front();
  bool escapes = false;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) {
      const std::string_view value = escapes ? std::string_view(scratch) : text.substr(1, i - 1);
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] == '\\' && i + 1 < text.size()) {
      if (!escapes) scratch = text.substr(1, i - 1);
      escapes = true;
      scratch += Unescape(text[++i]);
    } else if (escapes) {
      scratch += text[i];
    }
  }
  throw UserError(
      fmt::format("a value that begins with {} has no closing {} on its line", quote, quote));
}

std::string ArffHeader::Take(std::string_view& text, std::string_view ends) const {
  bool quoted = false;
  std::string scratch;
  return std::string(TakeArffValue(text, ends, quoted, scratch));
}

bool ArffHeader::AddLine(std::string_view line) {
  SkipBlanks(line);
  if (line.empty() || line.front() == '%') return true;
  const std::string keyword = ToLower(Take(line, ""));
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
  attribute.name = Take(rest, "{");
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
      std::string level = Take(rest, "}");
      const auto code = static_cast<int64_t>(attribute.levels.size());
      if (!attribute.codes.emplace(level, code).second) {
        throw UserError(
            fmt::format("the level '{}' of {} comes twice", Printable(level, 40), attribute.name));
      }
      attribute.levels.push_back(std::move(level));
    }
    rest.remove_prefix(1);
  } else {
    const std::string type = ToLower(Take(rest, ""));
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
      attribute.date_format = Take(rest, "");
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
