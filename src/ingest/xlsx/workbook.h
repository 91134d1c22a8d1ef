// The first sheet of an Excel workbook (Office Open XML, ECMA-376 part 1, chapter 18) as cells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ingest/source.h"

namespace thalweg::internal {

struct SheetCell {
  enum class Kind : uint8_t { kEmpty, kNumber, kText, kBool, kTime, kError };
  Kind kind = Kind::kEmpty;
  uint32_t column = 0;  // from 0
  double number = 0;    // numbers and bools
  int64_t time = 0;     // milliseconds since the epoch, UTC
  std::string text;     // texts; the code of errors
};

struct SheetRow {
  uint32_t number = 0;           // from 1, ascending; empty rows may be left out
  std::vector<SheetCell> cells;  // ascending columns, none empty
};

struct Sheet {
  std::string name;
  std::vector<SheetRow> rows;
};

// `archive` must be mapped. UserError naming the file where it is no workbook or is damaged.
Sheet ReadFirstSheet(const ByteSource& archive, double max_expansion);

// Whether a number format shows dates or times; `code` as in "yyyy\-mm\-dd".
bool IsDateFormat(const std::string& code);

}  // namespace thalweg::internal
