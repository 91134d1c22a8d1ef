#include "base/regex.h"

#include <re2/re2.h>

#include "base/error.h"
#include "base/text.h"

namespace thalweg {

struct Regex::State {
  explicit State(std::string_view expression)
      : compiled(re2::StringPiece(expression.data(), expression.size()), RE2::Quiet) {}
  RE2 compiled;
};

namespace {

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Regex::Regex(std::string_view expression) : state_(std::make_unique<State>(expression)) {
  if (!state_->compiled.ok()) {
    throw UserError("the regular expression " + Printable(expression) +
                    " is wrong: " + state_->compiled.error());
  }
}

Regex::~Regex() = default;

bool Regex::FoundIn(std::string_view text) const {
  return RE2::PartialMatch(Piece(text), state_->compiled);
}

bool Regex::MatchesWhole(std::string_view text) const {
  return RE2::FullMatch(Piece(text), state_->compiled);
}

}  // namespace thalweg
