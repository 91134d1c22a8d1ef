// Finds the ends of cells and rows in separated text, 64 bytes at a time: bitmaps of separators,
// line ends and quotes, quoted stretches by a prefix XOR over the quotes (the way of simdjson:
// Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019).
#pragma once

#include <cstddef>
#include <cstdint>

namespace thalweg {

struct CsvSyntax {
  char separator = ',';
  char quote = '"';
  char comment = '#';
  bool has_quote = true;
  bool has_comment = true;
};

struct CsvScan {
  size_t count = 0;         // ends found: separators and row ends outside quotes
  size_t row_ends = 0;      // "\n", "\r\n" (its '\n' counts) and lone "\r" among them
  size_t crlf = 0;          // "\r\n" among the row ends
  size_t last_row_end = 0;  // one past the last row end; 0 where there is none
  size_t lines = 0;         // line ends before last_row_end, those inside quotes included
  bool quotes = false;      // there is a quote character
  // The text holds what bitmaps cannot decide: a quote that opens elsewhere than at the begin of a
  // cell, or a comment line. Nothing else is set then; the caller goes byte by byte.
  bool irregular = false;
};

// Scans text[0, size), which begins at the begin of a row. A '\r' at size - 1 is a row end only if
// text[size] may be read (size < available) and is no '\n', or if `at_end`. With `ends`, the
// positions of all ends are written there; it has room for size + 64 of them. size < 2^32.
CsvScan ScanCsv(const char* text, size_t size, size_t available, bool at_end,
                const CsvSyntax& syntax, uint32_t* ends);

}  // namespace thalweg
