// Cuts a block of whole rows into tiles (runs of rows that fit the cache) and finds the cells of
// each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "ingest/csv/dialect.h"

namespace thalweg::internal {

// One column of a tile. Cell r is text[begin, end) with
//   begin = begins[r * stride] + begin_shift, end = ends[r * stride] - end_shift;
// end < begin where the row is too short to have this cell.
struct TileColumn {
  const char* text = nullptr;
  const uint32_t* begins = nullptr;
  const uint32_t* ends = nullptr;
  size_t stride = 0;
  uint32_t begin_shift = 0;
  uint32_t end_shift = 0;
  size_t rows = 0;
  bool quotes = false;  // some cell of the tile may be quoted

  const char* Begin(size_t r) const { return text + (begins[r * stride] + begin_shift); }
  // Negative where there is no such cell.
  int64_t Length(size_t r) const {
    return static_cast<int64_t>(ends[r * stride]) - end_shift -
           (static_cast<int64_t>(begins[r * stride] + begin_shift));
  }
};

// What does not fit into the table; positions are offsets in the block.
struct IrregularRow {
  enum class Kind { kShort, kLong, kBlank };
  Kind kind = Kind::kShort;
  size_t offset = 0;  // of the row's begin
  size_t row = 0;     // of the block
  size_t cells = 0;
};

struct IrregularRows {
  size_t short_rows = 0;
  size_t long_rows = 0;
  size_t blank_lines = 0;
  std::vector<IrregularRow> first;  // the first kKept of each kind
  static constexpr size_t kKept = 3;
};

// Thread rule: each thread has its own.
class Tokenizer {
 public:
  // Rows have `columns` cells; about `tile_bytes` of text make a tile.
  Tokenizer(const Dialect& dialect, size_t columns, size_t tile_bytes = kTileBytes);

  // Starts with a block: whole rows, of which the last may lack its line end. Eight bytes beyond
  // its end may be read (they need not be text).
  void Start(std::string_view block);
  // The next tile; false at the end of the block. A tile may have no rows.
  bool Next();

  size_t rows() const { return rows_; }
  size_t tile_offset() const { return tile_begin_; }
  TileColumn Column(size_t column) const;
  // Of the block so far.
  const IrregularRows& irregular() const { return irregular_; }

  static constexpr size_t kTileBytes = size_t{128} << 10;

 private:
  void Scan();
  bool IsRegular(const CsvScan& scan) const;
  // Fills begins_ and ends_ row by row from the ends of cells.
  void Regularize(size_t count);
  void Note(IrregularRow::Kind kind, size_t offset, size_t cells, size_t& counter);

  Dialect dialect_;
  size_t columns_;
  size_t tile_bytes_;
  std::string_view block_;
  size_t tile_begin_ = 0;
  size_t tile_end_ = 0;
  size_t rows_ = 0;
  size_t rows_before_ = 0;
  bool quotes_ = false;
  bool regular_ = false;
  bool crlf_ = false;
  // positions_[0] is "one before the tile"; the ends of cells follow.
  std::vector<uint32_t> positions_;
  std::vector<uint32_t> begins_;
  std::vector<uint32_t> ends_;
  IrregularRows irregular_;
};

}  // namespace thalweg::internal
