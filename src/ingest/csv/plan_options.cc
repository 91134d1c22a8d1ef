#include "ingest/csv/plan_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/params.h"
#include "base/text.h"

namespace thalweg::internal {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// One character, perhaps written as \t, \x01 or \\.
char OneCharacter(const std::string& text, const std::string& option) {
  if (text.size() == 1) return text[0];
  if (text == "\\t" || EqualsIgnoreCase(text, "tab")) return '\t';
  if (text == "\\\\") return '\\';
  if (text.size() == 4 && text[0] == '\\' && text[1] == 'x') {
    const int high = HexDigit(text[2]);
    const int low = HexDigit(text[3]);
    if (high >= 0 && low >= 0) return static_cast<char>(high * 16 + low);
  }
  throw UserError(fmt::format("{}: '{}' is not one character (\\t and \\x01 forms are understood)",
                              option, Printable(text)));
}

ColumnType TypeOf(std::string_view text) {
  static const std::map<std::string, ColumnType> names = {
      {"real", ColumnType::kReal},          {"numeric", ColumnType::kReal},
      {"double", ColumnType::kReal},        {"float", ColumnType::kReal},
      {"int", ColumnType::kInteger},        {"integer", ColumnType::kInteger},
      {"enum", ColumnType::kCategorical},   {"categorical", ColumnType::kCategorical},
      {"factor", ColumnType::kCategorical}, {"time", ColumnType::kTime},
      {"string", ColumnType::kString},      {"uuid", ColumnType::kUuid}};
  const auto found = names.find(ToLower(text));
  if (found == names.end()) {
    throw UserError(
        fmt::format("column_types: '{}' is no type; types are real, int, enum, time, string, uuid",
                    Printable(text)));
  }
  return found->second;
}

// The column and the text of "NAME=TEXT"; the name may hold '=' itself, the longest one counts.
std::optional<std::pair<size_t, std::string>> NamedEntry(const std::string& entry,
                                                         const std::vector<std::string>& names) {
  for (size_t at = entry.rfind('='); at != std::string::npos && at > 0;
       at = entry.rfind('=', at - 1)) {
    const auto name = std::find(names.begin(), names.end(), entry.substr(0, at));
    if (name != names.end()) {
      return std::pair(static_cast<size_t>(name - names.begin()), entry.substr(at + 1));
    }
  }
  return std::nullopt;
}

}  // namespace

Dialect DialectOf(const ParseOptions& options) {
  Dialect dialect;
  CsvSyntax& syntax = dialect.syntax;
  if (!options.separator.empty()) syntax.separator = OneCharacter(options.separator, "separator");
  syntax.has_quote = !options.quote.empty();
  if (syntax.has_quote) syntax.quote = OneCharacter(options.quote, "quote");
  syntax.has_comment = !options.comment.empty();
  if (syntax.has_comment) syntax.comment = OneCharacter(options.comment, "comment");
  dialect.has_escape = !options.escape.empty() && syntax.has_quote;
  if (!options.escape.empty()) dialect.escape = OneCharacter(options.escape, "escape");
  // A doubled quote is understood anyway.
  if (dialect.has_escape && dialect.escape == syntax.quote) dialect.has_escape = false;
  dialect.decimal_comma = options.decimal_comma;

  const auto reject = [](bool bad, const std::string& message) {
    if (bad) throw UserError(message);
  };
  const auto is_line_end = [](char c) { return c == '\n' || c == '\r'; };
  reject(is_line_end(syntax.separator), "separator: a line end cannot separate cells");
  reject(syntax.has_quote && is_line_end(syntax.quote), "quote: a line end cannot be a quote");
  reject(syntax.has_comment && is_line_end(syntax.comment),
         "comment: a line end cannot begin a comment");
  const bool known = !options.separator.empty();
  reject(known && syntax.has_quote && syntax.quote == syntax.separator,
         "quote: the same character as the separator");
  reject(known && syntax.has_comment && syntax.comment == syntax.separator,
         "comment: the same character as the separator");
  reject(syntax.has_quote && syntax.has_comment && syntax.comment == syntax.quote,
         "comment: the same character as the quote");
  reject(known && dialect.has_escape && dialect.escape == syntax.separator,
         "escape: the same character as the separator");
  reject(known && options.decimal_comma && syntax.separator == ',',
         "decimal_comma: the separator is a comma, too");
  return dialect;
}

size_t PositionOf(const std::string& name, const std::vector<std::string>& names,
                  const std::string& option) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<size_t>(found - names.begin());
  std::string message = fmt::format("{}: there is no column '{}'", option, Printable(name));
  const std::string nearest = NearestWord(name, names);
  if (!nearest.empty()) message += fmt::format("; did you mean '{}'?", Printable(nearest));
  throw UserError(message);
}

std::vector<std::optional<ColumnType>> TypesOfColumns(const ParseOptions& options,
                                                      const std::vector<std::string>& names) {
  std::vector<std::optional<ColumnType>> types(names.size());
  const std::vector<std::string>& entries = options.column_types;
  const bool named = std::any_of(entries.begin(), entries.end(), [](const std::string& entry) {
    return entry.find('=') != std::string::npos;
  });
  if (!named) {
    if (!entries.empty() && entries.size() != names.size()) {
      throw UserError(
          fmt::format("column_types: {} types are given for {} columns; use NAME=TYPE "
                      "for single ones",
                      entries.size(), names.size()));
    }
    for (size_t i = 0; i < entries.size(); ++i) {
      if (!entries[i].empty()) types[i] = TypeOf(entries[i]);
    }
    return types;
  }
  for (const std::string& entry : entries) {
    if (const auto found = NamedEntry(entry, names)) {
      types[found->first] = TypeOf(found->second);
    } else {
      PositionOf(entry.substr(0, entry.rfind('=')), names, "column_types");
    }
  }
  return types;
}

std::vector<std::vector<std::string>> NaOfColumns(const ParseOptions& options,
                                                  const std::vector<std::string>& names) {
  std::vector<std::vector<std::string>> further(names.size());
  for (const std::string& entry : options.column_na_strings) {
    // The text may hold '=' as well: the shortest name that exists counts here.
    size_t at = entry.find('=');
    if (at == std::string::npos) {
      throw UserError(
          fmt::format("column_na_strings: '{}' is not of the form NAME=TEXT", Printable(entry)));
    }
    bool found = false;
    for (; at != std::string::npos && !found; at = entry.find('=', at + 1)) {
      const auto name = std::find(names.begin(), names.end(), entry.substr(0, at));
      if (name == names.end()) continue;
      further[static_cast<size_t>(name - names.begin())].push_back(entry.substr(at + 1));
      found = true;
    }
    if (!found) PositionOf(entry.substr(0, entry.find('=')), names, "column_na_strings");
  }
  return further;
}

}  // namespace thalweg::internal
