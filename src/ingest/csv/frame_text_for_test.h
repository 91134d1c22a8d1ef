// A frame as text, to compare it (tests).
#pragma once

#include <fmt/format.h>

#include <string>

#include "base/text.h"
#include "frame/cell_text.h"
#include "frame/frame.h"

namespace thalweg::internal {

inline std::string Quoted(const std::string& text) { return "'" + Printable(text, 1000) + "'"; }

// Is the cell missing? (Its text would be empty in any case.)
inline bool IsMissingCell(const Frame& frame, size_t column, int64_t row) {
  switch (frame.column(column).type()) {
    case ColumnType::kString: {
      std::string_view cell;
      ReadCells(frame, column, row, std::span(&cell, 1));
      return cell.data() == nullptr;
    }
    case ColumnType::kUuid: {
      Uuid cell;
      ReadCells(frame, column, row, std::span(&cell, 1));
      return cell == kMissingUuid;
    }
    default: {
      double cell = 0;
      ReadCells(frame, column, row, std::span(&cell, 1));
      return cell != cell;
    }
  }
}

// "name:type|" for all columns, then one line per row, missing cells as null.
inline std::string FrameText(const Frame& frame) {
  std::string text;
  for (size_t c = 0; c < frame.columns(); ++c) {
    text += frame.name(c) + ":" + std::string(ColumnTypeName(frame.column(c).type())) + "|";
  }
  text += "\n";
  for (int64_t r = 0; r < frame.rows(); ++r) {
    for (size_t c = 0; c < frame.columns(); ++c) {
      text += IsMissingCell(frame, c, r) ? "null|" : Quoted(CellTexts(frame, c, r, r + 1)[0]) + "|";
    }
    text += "\n";
  }
  return text;
}

}  // namespace thalweg::internal
