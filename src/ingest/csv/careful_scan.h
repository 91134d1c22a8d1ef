// The grammar of dialect.h byte by byte: for what ScanCsv calls irregular, for escape characters,
// and for samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/csv/dialect.h"

namespace thalweg::internal {

struct CarefulScan {
  CsvScan scan;
  // Where the scan met the end of the text inside quotes: the position of the opening one.
  bool open_quote = false;
  size_t quote_begin = 0;
};

// Scans text[0, size), which begins at the begin of a row, until the end of the first row that ends
// at `target` or later. What follows the last row end is not counted; with `at_end`, a last row
// without a line end ends at `size` (its end is written, and last_row_end is `size`), unless it is
// inside quotes. A comment line has one end, that of its line. Ends are appended to `ends` where it
// is given.
CarefulScan ScanCarefully(const char* text, size_t size, size_t target, bool at_end,
                          const Dialect& dialect, std::vector<uint32_t>* ends);

// The content of a cell: without quotes, doubled quotes and escapes undone. Points into `cell` or
// into `scratch`, which is overwritten. `quoted` tells whether the cell was in quotes.
std::string_view CellContent(std::string_view cell, const Dialect& dialect, std::string& scratch,
                             bool& quoted);

// Line ends ("\n", "\r\n", lone "\r") in text[0, size). `next` is the byte behind, or '\n' where
// there is none and a last '\r' shall not count.
size_t CountLineEnds(const char* text, size_t size, char next);

}  // namespace thalweg::internal
