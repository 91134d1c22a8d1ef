// Files of expressions with what they must come to (tests/data/rapids): lines of
//
//   frame NAME                  a frame follows: a header NAME:TYPE,… and rows, up to an empty
//   line; a:int,b:enum{x|y},c:string  cells as CSV, NA where missing; times in milliseconds >
//   EXPRESSION                the result follows, up to an empty line: a number, a 'string', a
//                               list in brackets, a frame in the form above, or error: TEXT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "frame/frame.h"
#include "rapids/rapids.h"

namespace thalweg::internal {

struct Expression {
  std::string text;
  std::vector<std::string> result;  // lines
  int line = 0;
};
struct NamedText {
  std::string name;
  std::vector<std::string> lines;
};
struct ExpressionFile {
  std::vector<NamedText> frames;
  std::vector<Expression> expressions;
};

ExpressionFile ReadExpressionFile(const std::string& path);
// A frame of lines in the form above, in chunks of `chunk_rows` rows.
Frame FrameFromText(const std::vector<std::string>& lines, int64_t chunk_rows);
// The lines of a result.
std::vector<std::string> ResultText(const RapidsResult& result);
// Lines that say the same, numbers up to a relative difference of 1e-9.
bool SameText(std::string_view got, std::string_view wanted);

}  // namespace thalweg::internal
