#include "ingest/csv/tokenizer.h"

#include <algorithm>

#include "base/error.h"
#include "ingest/csv/careful_scan.h"

namespace thalweg::internal {

Tokenizer::Tokenizer(const Dialect& dialect, size_t columns, size_t tile_bytes)
    : dialect_(dialect), columns_(columns), tile_bytes_(std::max<size_t>(tile_bytes, 1)) {}

void Tokenizer::Start(std::string_view block) {
  Check(block.size() < (size_t{1} << 32) - 1024, "a block of text is less than 4 GB");
  block_ = block;
  tile_begin_ = tile_end_ = 0;
  rows_ = rows_before_ = 0;
  irregular_ = {};
}

bool Tokenizer::Next() {
  rows_before_ += rows_;
  rows_ = 0;
  tile_begin_ = tile_end_;
  if (tile_begin_ == block_.size()) return false;
  Scan();
  return true;
}

void Tokenizer::Scan() {
  const char* text = block_.data() + tile_begin_;
  const size_t rest = block_.size() - tile_begin_;
  if (!dialect_.has_escape) {
    for (size_t size = std::min(rest, tile_bytes_);; size = std::min(rest, size * 2)) {
      if (positions_.size() < size + 72) positions_.resize(size + 72);
      CsvScan scan = ScanCsv(text, size, rest, true, dialect_.syntax, positions_.data() + 1);
      if (scan.irregular) break;
      if (size == rest && scan.last_row_end < rest) {
        // The last row of the block lacks its line end.
        positions_[++scan.count] = static_cast<uint32_t>(rest);
        ++scan.row_ends;
        scan.last_row_end = rest;
      }
      if (scan.last_row_end == 0) continue;
      // Cells of a row that is cut by the end of the tile belong to the next one.
      while (positions_[scan.count] >= scan.last_row_end && scan.last_row_end < rest) --scan.count;
      tile_end_ = tile_begin_ + scan.last_row_end;
      quotes_ = scan.quotes;
      positions_[0] = ~uint32_t{0};
      regular_ = IsRegular(scan);
      crlf_ = scan.crlf > 0;
      rows_ = scan.row_ends;
      if (!regular_) Regularize(scan.count);
      return;
    }
  }
  positions_.resize(1);
  const CarefulScan careful =
      ScanCarefully(text, rest, std::min(rest, tile_bytes_), true, dialect_, &positions_);
  // The reader of blocks has seen to it that quotes are closed.
  Check(careful.scan.last_row_end > 0, "a block of text holds whole rows");
  tile_end_ = tile_begin_ + careful.scan.last_row_end;
  quotes_ = careful.scan.quotes;
  Regularize(careful.scan.count);
}

bool Tokenizer::IsRegular(const CsvScan& scan) const {
  if (scan.row_ends * columns_ != scan.count) return false;
  if (scan.crlf != 0 && scan.crlf != scan.row_ends) return false;
  // One cell per row: blank lines look like rows.
  if (columns_ == 1) {
    const uint32_t shortest = scan.crlf != 0 ? 2 : 1;
    for (size_t r = 0; r < scan.row_ends; ++r) {
      if (positions_[r + 1] - (r == 0 ? ~uint32_t{0} : positions_[r]) <= shortest) return false;
    }
    return true;
  }
  const char* text = block_.data() + tile_begin_;
  const size_t size = block_.size() - tile_begin_;
  for (size_t r = 1; r <= scan.row_ends; ++r) {
    const size_t end = positions_[r * columns_];
    if (end < size && text[end] == dialect_.syntax.separator) return false;
  }
  return true;
}

void Tokenizer::Regularize(size_t count) {
  regular_ = false;
  rows_ = 0;
  begins_.clear();
  ends_.clear();
  const char* text = block_.data() + tile_begin_;
  const size_t size = block_.size() - tile_begin_;
  size_t begin = 0;
  for (size_t i = 1; i <= count;) {
    size_t last = i;
    while (positions_[last] < size && text[positions_[last]] == dialect_.syntax.separator) ++last;
    const size_t cells = last - i + 1;
    const size_t row_begin = begin;
    size_t row_end = positions_[last];
    begin = row_end + 1;
    if (row_end > row_begin && row_end < size && text[row_end] == '\n' &&
        text[row_end - 1] == '\r') {
      --row_end;
    }
    const std::string_view row(text + row_begin, row_end - row_begin);
    const size_t first = i;
    i = last + 1;
    if (dialect_.syntax.has_comment && !row.empty() && row[0] == dialect_.syntax.comment) continue;
    if (cells == 1 && std::all_of(row.begin(), row.end(),
                                  [this](char c) { return columns_ > 1 && dialect_.IsBlank(c); })) {
      Note(IrregularRow::Kind::kBlank, row_begin, cells, irregular_.blank_lines);
      continue;
    }
    size_t cell_begin = row_begin;
    for (size_t c = 0; c < columns_; ++c) {
      if (c >= cells) {
        begins_.push_back(1);
        ends_.push_back(0);
        continue;
      }
      const size_t cell_end = c + 1 == cells ? row_end : positions_[first + c];
      begins_.push_back(static_cast<uint32_t>(cell_begin));
      ends_.push_back(static_cast<uint32_t>(cell_end));
      cell_begin = cell_end + 1;
    }
    if (cells < columns_) {
      Note(IrregularRow::Kind::kShort, row_begin, cells, irregular_.short_rows);
    } else if (cells > columns_) {
      // Separators alone behind the last column lose nothing.
      const std::string_view extra = row.substr(cell_begin - row_begin);
      if (!std::all_of(extra.begin(), extra.end(),
                       [this](char c) { return c == dialect_.syntax.separator; })) {
        Note(IrregularRow::Kind::kLong, row_begin, cells, irregular_.long_rows);
      }
    }
    ++rows_;
  }
}

void Tokenizer::Note(IrregularRow::Kind kind, size_t offset, size_t cells, size_t& counter) {
  if (counter++ < IrregularRows::kKept) {
    irregular_.first.push_back({kind, tile_begin_ + offset, rows_before_ + rows_, cells});
  }
}

TileColumn Tokenizer::Column(size_t column) const {
  TileColumn view;
  view.text = block_.data() + tile_begin_;
  view.stride = columns_;
  view.rows = rows_;
  view.quotes = quotes_;
  if (rows_ == 0) return view;  // there may be no positions yet
  if (regular_) {
    view.begins = positions_.data() + column;
    view.ends = positions_.data() + column + 1;
    view.begin_shift = 1;
    view.end_shift = crlf_ && column + 1 == columns_ ? 1 : 0;
  } else {
    view.begins = begins_.data() + column;
    view.ends = ends_.data() + column;
  }
  return view;
}

}  // namespace thalweg::internal
