#include "ingest/csv/row_cut.h"

#include "ingest/csv/careful_scan.h"

namespace thalweg::internal {

RowCut CutRows(const char* text, size_t size, size_t available, bool at_end,
               const Dialect& dialect) {
  CsvScan scan;
  scan.irregular = true;
  if (!dialect.has_escape) {
    scan = ScanCsv(text, size, available, at_end, dialect.syntax, nullptr);
  }
  if (scan.irregular) scan = ScanCarefully(text, size, size, at_end, dialect, nullptr).scan;
  RowCut cut{.size = scan.last_row_end, .lines = static_cast<int64_t>(scan.lines)};
  if (at_end && cut.size < size) {
    // The last row lacks its line end, or a quote is open.
    const CarefulScan last =
        ScanCarefully(text + cut.size, size - cut.size, size, true, dialect, nullptr);
    if (last.open_quote) {
      cut.open_quote = true;
      cut.quote_begin = cut.size + last.quote_begin;
      return cut;
    }
    cut.size = size;
    cut.lines += static_cast<int64_t>(last.scan.lines);
  }
  return cut;
}

RowCut CutFirstRow(const char* text, size_t size, bool at_end, const Dialect& dialect) {
  const CarefulScan scan = ScanCarefully(text, size, 1, at_end, dialect, nullptr);
  return {.size = scan.scan.last_row_end,
          .lines = static_cast<int64_t>(scan.scan.lines),
          .open_quote = scan.open_quote,
          .quote_begin = scan.quote_begin};
}

}  // namespace thalweg::internal
