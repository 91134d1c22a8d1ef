#include "ingest/csv/sample.h"

#include <algorithm>

#include "base/error.h"
#include "ingest/csv/careful_scan.h"

namespace thalweg::internal {
namespace {

constexpr size_t kSpotBytes = size_t{32} << 10;
constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";

}  // namespace

bool LooksBinary(std::string_view head) {
  size_t strange = 0;
  for (const char c : head) {
    const auto byte = static_cast<unsigned char>(c);
    const bool usual = byte >= 0x20 || c == '\t' || c == '\n' || c == '\r' || c == '\f' ||
                       byte == 0x01 || byte == 0x1f || byte == 0x1b;
    if (!usual) strange += byte == 0 ? 2 : 1;
  }
  return strange > 2 + head.size() / 20;
}

FileSample::FileSample(ByteSource& source, size_t head_bytes, size_t spots) : name_(source.name()) {
  std::string_view all(source.mapped().data(), source.mapped().size());
  const bool mapped = !all.empty();
  if (!mapped) {
    // One byte more tells whether the file ends here.
    storage_.resize(head_bytes + 1);
    size_t size = 0;
    while (size < storage_.size()) {
      const size_t got =
          source.Read(std::span<char>(storage_.data() + size, storage_.size() - size));
      if (got == 0) break;
      size += got;
    }
    storage_.resize(size);
    all = storage_;
  }
  if (all.empty()) throw UserError(name_ + ": the file is empty");
  whole_ = all.size() <= head_bytes;
  head_ = all.substr(0, head_bytes);
  if (head_.substr(0, 2) == "\xff\xfe" || head_.substr(0, 2) == "\xfe\xff") {
    throw UserError(name_ + ": the text is in UTF-16; convert it to UTF-8 first");
  }
  if (LooksBinary(head_.substr(0, size_t{64} << 10))) {
    throw UserError(name_ + ": not a text file (its first bytes are binary)");
  }
  if (head_.substr(0, kUtf8Mark.size()) == kUtf8Mark) {
    head_offset_ = kUtf8Mark.size();
    head_.remove_prefix(kUtf8Mark.size());
  }
  if (!mapped || whole_) return;
  // Behind a spot's first line end begins a row, unless that lies in quotes: rows of a wrong length
  // give that away later.
  const size_t rest = all.size() - head_bytes;
  for (size_t i = 1; i <= spots; ++i) {
    const size_t at = head_bytes + rest / spots * i;
    const size_t begin = at >= kSpotBytes + head_bytes ? at - kSpotBytes : head_bytes;
    const std::string_view piece = all.substr(begin, kSpotBytes);
    const size_t line = piece.find('\n');
    if (line == std::string_view::npos) continue;
    spots_.push_back(piece.substr(line + 1));
  }
}

RowsRead ReadRows(std::string_view text, bool at_end, size_t limit, const Dialect& dialect,
                  std::deque<std::string>& storage) {
  RowsRead result;
  std::vector<uint32_t> ends;
  std::string scratch;
  size_t at = 0;
  size_t lines = 0;
  while (at < text.size() && result.rows.size() < limit) {
    ends.clear();
    const CarefulScan scan =
        ScanCarefully(text.data() + at, text.size() - at, 1, at_end, dialect, &ends);
    if (scan.scan.last_row_end == 0) {
      if (scan.open_quote) {
        result.open_quote_line =
            lines + 1 + CountLineEnds(text.data() + at, scan.quote_begin, '\n');
      }
      break;
    }
    const std::string_view row = text.substr(at, scan.scan.last_row_end);
    const size_t begin = at;
    at += scan.scan.last_row_end;
    lines += scan.scan.lines;
    if (dialect.syntax.has_comment && row[0] == dialect.syntax.comment) continue;
    SampledRow cells;
    size_t cell_begin = 0;
    for (size_t i = 0; i < ends.size(); ++i) {
      size_t cell_end = ends[i];
      if (i + 1 == ends.size() && cell_end > cell_begin && cell_end < row.size() &&
          row[cell_end] == '\n' && row[cell_end - 1] == '\r') {
        --cell_end;
      }
      SampledCell cell;
      cell.text =
          CellContent(row.substr(cell_begin, cell_end - cell_begin), dialect, scratch, cell.quoted);
      if (cell.text.data() == scratch.data()) cell.text = storage.emplace_back(scratch);
      cells.push_back(cell);
      cell_begin = ends[i] + 1;
    }
    const bool blank = cells.size() == 1 && !cells[0].quoted &&
                       cells[0].text.find_first_not_of(" \t") == std::string_view::npos;
    if (blank) continue;
    result.rows.push_back(std::move(cells));
    result.begins.push_back(begin);
    result.ends.push_back(at);
    result.lines.push_back(lines);
  }
  return result;
}

}  // namespace thalweg::internal
