// Where rows end in a text that begins at the begin of a row.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ingest/csv/dialect.h"

namespace thalweg::internal {

struct RowCut {
  size_t size = 0;    // of the whole rows; 0: no row ends here
  int64_t lines = 0;  // line ends in them
  // The text comes to its end inside quotes; where they open.
  bool open_quote = false;
  size_t quote_begin = 0;
};

// The whole rows within text[0, size), of which `available` bytes are there. With `at_end` the file
// ends at `size`: a last row that lacks its line end counts, too, unless it is inside quotes.
RowCut CutRows(const char* text, size_t size, size_t available, bool at_end,
               const Dialect& dialect);

// The first row of text[0, size) alone, byte by byte; open_quote is told without at_end, too.
RowCut CutFirstRow(const char* text, size_t size, bool at_end, const Dialect& dialect);

}  // namespace thalweg::internal
