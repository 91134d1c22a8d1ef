// Regular expressions that take linear time (RE2), so that none from outside can be made to hang.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace thalweg {

// Immutable; any thread may use it at any time.
class Regex {
 public:
  // UserError that says where the expression is wrong.
  explicit Regex(std::string_view expression);
  ~Regex();

  // Whether it matches some part of the text.
  bool FoundIn(std::string_view text) const;
  bool MatchesWhole(std::string_view text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace thalweg
