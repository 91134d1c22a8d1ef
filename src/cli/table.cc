#include "cli/table.h"

#include <algorithm>

#include "base/text.h"

namespace thalweg {
namespace {

size_t Characters(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

std::string FormatTable(const std::vector<TableColumn>& columns,
                        const std::vector<std::vector<std::string>>& rows, size_t max_width) {
  std::vector<std::vector<std::string>> lines(1);
  for (const TableColumn& column : columns) lines[0].push_back(column.title);
  lines.insert(lines.end(), rows.begin(), rows.end());
  std::vector<size_t> widths(columns.size());
  for (auto& line : lines) {
    for (size_t i = 0; i < columns.size(); ++i) {
      line[i] = Printable(line[i], columns[i].max_width > 0 ? columns[i].max_width : max_width);
      widths[i] = std::max(widths[i], Characters(line[i]));
    }
  }
  std::string text;
  for (const auto& line : lines) {
    for (size_t i = 0; i < columns.size(); ++i) {
      const std::string padding(widths[i] - Characters(line[i]), ' ');
      if (i > 0) text += "  ";
      if (columns[i].right) {
        text += padding + line[i];
      } else {
        text += line[i];
        if (i + 1 < columns.size()) text += padding;
      }
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace thalweg
