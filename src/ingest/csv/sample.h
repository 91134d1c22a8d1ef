// Rows taken from a file to guess how it is written and what its columns hold.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/csv/dialect.h"
#include "ingest/source.h"

namespace thalweg::internal {

struct SampledCell {
  std::string_view text;  // without quotes
  bool quoted = false;
};

using SampledRow = std::vector<SampledCell>;

// The head of a file and, where it is mapped, pieces from spots spread over it.
class FileSample {
 public:
  // UserError if the file is empty, binary or UTF-16.
  FileSample(ByteSource& source, size_t head_bytes, size_t spots);

  const std::string& name() const { return name_; }
  // After a byte order mark.
  std::string_view head() const { return head_; }
  uint64_t head_offset() const { return head_offset_; }
  // The head is the whole file.
  bool whole() const { return whole_; }
  const std::vector<std::string_view>& spots() const { return spots_; }

 private:
  std::string name_;
  std::string storage_;
  std::string_view head_;
  uint64_t head_offset_ = 0;
  bool whole_ = false;
  std::vector<std::string_view> spots_;
};

// Whole rows of a text that begins at the begin of a row, blank lines and comments left out; the
// last row is left out where the text may cut it. Texts that had to be changed are kept in
// `storage`.
struct RowsRead {
  std::vector<SampledRow> rows;
  // Of rows[i]: where it begins and ends, and the lines before its end.
  std::vector<size_t> begins;
  std::vector<size_t> ends;
  std::vector<size_t> lines;
  // The line, from 1, of a quote that stays open to the end of the text; 0: none.
  size_t open_quote_line = 0;
};
RowsRead ReadRows(std::string_view text, bool at_end, size_t limit, const Dialect& dialect,
                  std::deque<std::string>& storage);

// The share of control characters (NUL above all) that text does not have.
bool LooksBinary(std::string_view head);

}  // namespace thalweg::internal
