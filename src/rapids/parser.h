// Text to the tree of a Rapids expression.
//
//   expression := '(' expression* ')' [ '->' name ]   call; with -> as (tmp= name call)
//               | '{' name* '.' expression '}'        lambda
//               | '[' list ']' | string | token
//   list       := numbers and ranges base:count[:stride], or strings; commas are optional
//   string     := '…' or "…" with \n \t \r \f \b \' \" \\ \xHH \uHHHH \UHHHHHHHH
//   token      := a run of other characters: a number, or a name
#pragma once

#include <string_view>

#include "rapids/ast.h"

namespace thalweg::internal {

struct ParserLimits {
  size_t text = size_t{64} << 20;  // bytes
  size_t nesting = 1000;
  size_t list = 20'000'000;  // entries of all lists
};

// UserError naming the position of the first mistake.
AstPtr ParseRapids(std::string_view text, const ParserLimits& limits = {});

}  // namespace thalweg::internal
