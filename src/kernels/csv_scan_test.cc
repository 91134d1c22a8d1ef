#include "kernels/csv_scan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "kernels/instruction_sets.h"

namespace thalweg {
namespace {

struct Expected {
  std::vector<uint32_t> ends;
  CsvScan scan;
};

// One byte after the other. Texts whose quotes open at the begin of cells only.
Expected ScanByBytes(const std::string& text, size_t size, bool at_end) {
  Expected result;
  CsvScan& scan = result.scan;
  bool inside = false;
  bool cell_begin = true;
  bool row_begin = true;
  bool reopen = false;
  size_t lines = 0;
  for (size_t i = 0; i < size; ++i) {
    const char c = text[i];
    const bool next_known = i + 1 < text.size();
    bool line_end = c == '\n';
    if (c == '\r') line_end = next_known ? text[i + 1] != '\n' : at_end;
    if (line_end) ++lines;
    if (c == '"') {
      scan.quotes = true;
      if (!inside && !cell_begin && !reopen) scan.irregular = true;
      inside = !inside;
      reopen = !inside;
      cell_begin = row_begin = false;
      continue;
    }
    reopen = false;
    if (inside) continue;
    if (c == '#' && row_begin) scan.irregular = true;
    if (line_end || c == ',') result.ends.push_back(static_cast<uint32_t>(i));
    cell_begin = line_end || c == ',';
    row_begin = line_end;
    if (line_end) {
      ++scan.row_ends;
      scan.last_row_end = i + 1;
      scan.lines = lines;
      if (c == '\n' && i > 0 && text[i - 1] == '\r') ++scan.crlf;
    }
  }
  scan.count = result.ends.size();
  return result;
}

TEST(CsvScan, AgreesWithByteByByteOnEveryInstructionSet) {
  const char* const alphabets[] = {"ab,\n", "abcdefghij,\r\n", "a,\"\n", "a,\"\"\r\n#",
                                   ",",     "\"\"x,\n"};
  ForEachInstructionSet([&](std::string_view name) {
    for (uint64_t i = 0; i < 3000; ++i) {
      Random random(3, {i});
      const std::string alphabet = alphabets[random.Below(6)];
      std::string text;
      const size_t length = random.Below(300);
      for (size_t k = 0; k < length; ++k) text += alphabet[random.Below(alphabet.size())];
      const size_t size = random.Below(length + 1);
      const bool at_end = size == length && random.Below(2) == 0;
      const Expected expected = ScanByBytes(text, size, at_end);
      std::vector<uint32_t> ends(size + 64);
      const CsvScan scan = ScanCsv(text.data(), size, length, at_end, CsvSyntax(), ends.data());
      ASSERT_EQ(scan.irregular, expected.scan.irregular) << name << " " << text;
      if (scan.irregular) continue;
      ends.resize(scan.count);
      ASSERT_EQ(ends, expected.ends) << name << " " << text;
      EXPECT_EQ(scan.row_ends, expected.scan.row_ends) << name << " " << text;
      EXPECT_EQ(scan.crlf, expected.scan.crlf) << name << " " << text;
      EXPECT_EQ(scan.last_row_end, expected.scan.last_row_end) << name << " " << text;
      EXPECT_EQ(scan.lines, expected.scan.lines) << name << " " << text;
      EXPECT_EQ(scan.quotes, expected.scan.quotes) << name << " " << text;
      // Without positions it tells the same.
      const CsvScan without = ScanCsv(text.data(), size, length, at_end, CsvSyntax(), nullptr);
      EXPECT_EQ(without.last_row_end, scan.last_row_end);
    }
  });
}

}  // namespace
}  // namespace thalweg
