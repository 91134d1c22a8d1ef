// Cells as text, in the form that reads back as the same cells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "frame/frame.h"

namespace thalweg {

// "2024-05-01T12:30:00Z", with milliseconds where they are not zero; years before 0 and beyond 9999
// carry a sign.
std::string TimeText(int64_t milliseconds);

// The cells of one column as text, a range of rows at a time. Numbers in their shortest exact form,
// levels by name. Not thread-safe; the frame must outlive it.
class CellReader {
 public:
  CellReader(const Frame& frame, size_t column);

  // Reads rows begin … end-1; they are the cells 0 … end-begin-1 of the calls below.
  void Read(int64_t begin, int64_t end);
  bool Missing(size_t i) const;
  // Appends nothing where the cell is missing.
  void Append(size_t i, std::string& out) const;

 private:
  const Frame& frame_;
  const size_t column_;
  const ColumnType type_;
  // One of these holds the cells, by type.
  std::vector<double> reals_;
  std::vector<int64_t> integers_;
  std::vector<std::string_view> strings_;
  std::vector<Uuid> uuids_;
};

// Rows begin … end-1 of a column; missing cells as "".
std::vector<std::string> CellTexts(const Frame& frame, size_t column, int64_t begin, int64_t end);

}  // namespace thalweg
