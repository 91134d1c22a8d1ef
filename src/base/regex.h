// Regular expressions: RE2, wrapped here and nowhere else. Time is linear in the text whatever the
// pattern. Patterns are written as for Java, whose clients send them; what needs backtracking
// (look-around, back-references) is refused.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg {

// Thread rule: immutable; any number of concurrent readers.
class Regex {
 public:
  // UserError naming the pattern and the mistake.
  explicit Regex(const std::string& pattern, bool ignore_case = false);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;

  // Somewhere in the text.
  bool Contains(std::string_view text) const;
  // The whole text.
  bool Matches(std::string_view text) const;
  // The text with its first match, or all, replaced.
  std::string ReplaceFirst(std::string_view text, const class Replacement& by) const;
  std::string ReplaceAll(std::string_view text, const class Replacement& by) const;
  // The pieces between matches. As in Java: an empty match at the front gives no piece, pieces that
  // are empty at the end are left out.
  std::vector<std::string> Split(std::string_view text) const;

  int groups() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What a match is replaced with, as Java writes it: $1 is a group, \x is x.
class Replacement {
 public:
  // UserError where a group is named that the pattern has not.
  Replacement(std::string_view text, const Regex& regex);

 private:
  friend class Regex;
  std::string rewrite_;  // as RE2 writes it
};

}  // namespace thalweg
