// Aligned tables for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace thalweg {

struct TableColumn {
  std::string title;
  bool right = false;    // numbers are aligned to the right
  size_t max_width = 0;  // 0: that of the table
};

// Cells are cut at `max_width` characters, the column's or the table's; widths count UTF-8
// characters, not bytes. No line ends with blanks; the last ends with a line break.
std::string FormatTable(const std::vector<TableColumn>& columns,
                        const std::vector<std::vector<std::string>>& rows, size_t max_width = 32);

}  // namespace thalweg
