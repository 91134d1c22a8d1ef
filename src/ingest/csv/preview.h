// A look into separated text before it is parsed: for clients that settle types and header
// themselves and then say how to parse.
#pragma once

#include <string>
#include <vector>

#include "ingest/parse.h"

namespace thalweg {

enum class CellKind : uint8_t { kEmpty, kNumber, kTime, kUuid, kText };

struct PreviewCell {
  std::string text;  // without quotes
  CellKind kind = CellKind::kText;
  bool quoted = false;
};
using PreviewRow = std::vector<PreviewCell>;

struct CsvPreview {
  char separator = ',';
  // Rows of the first file's head, the first row first, then rows from spots spread over it.
  std::vector<PreviewRow> rows;
  // Each further file's first rows (of at most some files).
  std::vector<std::vector<PreviewRow>> further;
};

// Of options, separator, quote, escape, comment, decimal_comma, time_zone and time_formats count;
// where there are time_formats, no other text is taken for a time. UserError as ParseFiles.
CsvPreview PreviewCsv(const std::vector<std::string>& paths, const ParseOptions& options);

}  // namespace thalweg
