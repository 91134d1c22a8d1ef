#include "base/regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace thalweg {
namespace {

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

// Java's syntax where RE2's differs: possessive quantifiers lose nothing but backtracking that RE2
// never does, so their plus would be taken for a mistake; \h, \R and such are written out.
std::string Translate(const std::string& pattern) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      const char next = pattern[++i];
      if (next == 'h') {
        out += in_class ? " \\t" : "[ \\t]";
      } else if (next == 'R' && !in_class) {
        out += "(?:\\r\\n|[\\n\\r\\f\\v])";
      } else if (next == 'Z' && !in_class) {
        out += "\\n?\\z";
      } else if (next == 'e') {
        out += "\\x1b";
      } else if (next == 'u' && i + 4 < pattern.size()) {
        out += "\\x{" + pattern.substr(i + 1, 4) + "}";
        i += 4;
      } else {
        out += c;
        out += next;
      }
      continue;
    }
    // A bracket that opens inside a class is a plain one for RE2, but a union for Java.
    if (c == '[' && !in_class) {
      in_class = true;
      out += c;
      if (i + 1 < pattern.size() && pattern[i + 1] == '^') out += pattern[++i];
      if (i + 1 < pattern.size() && pattern[i + 1] == ']') {
        ++i;
        out += "\\]";
      }
      continue;
    }
    if (c == ']') in_class = false;
    out += c;
  }
  return out;
}

}  // namespace

struct Regex::State {
  explicit State(const std::string& pattern, const RE2::Options& options)
      : re(Translate(pattern), options) {}
  RE2 re;
};

Regex::Regex(const std::string& pattern, bool ignore_case) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!ignore_case);
  options.set_max_mem(int64_t{8} << 20);
  // Bytes that are not UTF-8 match nothing but themselves in Latin-1.
  state_ = std::make_unique<State>(pattern, options);
  if (!state_->re.ok()) {
    std::string hint;
    if (pattern.find("(?=") != std::string::npos || pattern.find("(?!") != std::string::npos ||
        pattern.find("(?<=") != std::string::npos || pattern.find("(?<!") != std::string::npos) {
      hint = " (look-around is not supported: patterns are matched in linear time)";
    }
    for (size_t i = 0; i + 1 < pattern.size(); ++i) {
      if (pattern[i] == '\\' && pattern[i + 1] >= '1' && pattern[i + 1] <= '9') {
        hint = " (back-references are not supported: patterns are matched in linear time)";
      }
    }
    throw UserError("the regular expression '" + Printable(pattern) +
                    "' cannot be used: " + state_->re.error() + hint);
  }
}

Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

bool Regex::Contains(std::string_view text) const {
  return RE2::PartialMatch(Piece(text), state_->re);
}

bool Regex::Matches(std::string_view text) const { return RE2::FullMatch(Piece(text), state_->re); }

std::string Regex::ReplaceFirst(std::string_view text, const Replacement& by) const {
  std::string result(text);
  RE2::Replace(&result, state_->re, by.rewrite_);
  return result;
}

std::string Regex::ReplaceAll(std::string_view text, const Replacement& by) const {
  std::string result(text);
  RE2::GlobalReplace(&result, state_->re, by.rewrite_);
  return result;
}

std::vector<std::string> Regex::Split(std::string_view text) const {
  std::vector<std::string> pieces;
  size_t begin = 0;
  size_t search = 0;
  re2::StringPiece match;
  const re2::StringPiece whole = Piece(text);
  while (search <= text.size() &&
         state_->re.Match(whole, search, text.size(), RE2::UNANCHORED, &match, 1)) {
    const auto at = static_cast<size_t>(match.data() - text.data());
    const size_t end = at + match.size();
    if (match.size() == 0) {
      // Between two characters; not at the front, nor at the end.
      const size_t step = at < text.size() ? std::max<size_t>(1, Utf8Length(text.substr(at))) : 1;
      search = at + step;
      if (at == 0 || at >= text.size()) continue;
    } else {
      search = end;
    }
    pieces.emplace_back(text.substr(begin, at - begin));
    begin = end;
  }
  pieces.emplace_back(text.substr(begin));
  if (pieces.size() == 1) return pieces;
  while (!pieces.empty() && pieces.back().empty()) pieces.pop_back();
  return pieces;
}

int Regex::groups() const { return state_->re.NumberOfCapturingGroups(); }

Replacement::Replacement(std::string_view text, const Regex& regex) {
  const auto literal = [&](char c) {
    if (c == '\\') rewrite_ += '\\';
    rewrite_ += c;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      literal(text[++i]);
    } else if (c == '$' && i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9') {
      const int group = text[++i] - '0';
      if (group > regex.groups()) {
        throw UserError("the replacement '" + Printable(std::string(text)) + "' names the group " +
                        std::to_string(group) + ", but the pattern has " +
                        std::to_string(regex.groups()));
      }
      rewrite_ += '\\';
      rewrite_ += static_cast<char>('0' + group);
    } else {
      literal(c);
    }
  }
}

}  // namespace thalweg
