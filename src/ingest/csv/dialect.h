// How a file of separated text is written.
#pragma once

#include "kernels/csv_scan.h"

namespace thalweg::internal {

// The grammar, by example with separator ',' and quote '"':
//  - a line that begins with the comment character is no row; what it holds is not looked at
//  - a cell is quoted if its first character that is no blank is the quote; the next quote ends the
//    quoted stretch unless it is doubled or follows the escape character; text between the closing
//    quote and the separator is kept as it is
//  - in any other cell a quote is a character like others
//  - rows end with "\n", "\r\n" or "\r", in any mixture
//  - a line without any character is no row
struct Dialect {
  CsvSyntax syntax;
  char escape = 0;
  bool has_escape = false;
  bool decimal_comma = false;

  bool IsBlank(char c) const { return (c == ' ' || c == '\t') && c != syntax.separator; }
};

}  // namespace thalweg::internal
