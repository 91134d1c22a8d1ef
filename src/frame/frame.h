// A Frame is a table: named columns of equal length, cut into chunks at the same rows.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "frame/column.h"
#include "frame/layout.h"

namespace thalweg {

// Immutable: every change makes a new frame that shares the columns it does not touch, so copies
// and changes cost O(columns), not O(cells). Data at rest: a frame never communicates.
class Frame {
 public:
  // One name per column, no two the same; every column has the layout's number of chunks with its
  // rows (InternalError if not).
  Frame(LayoutPtr layout, std::vector<std::string> names, std::vector<ColumnPtr> columns);

  int64_t rows() const { return layout_->rows(); }
  size_t columns() const { return columns_.size(); }
  const Layout& layout() const { return *layout_; }
  const LayoutPtr& layout_ptr() const { return layout_; }
  const std::vector<std::string>& names() const { return names_; }
  const std::string& name(size_t i) const { return names_[i]; }
  const Column& column(size_t i) const { return *columns_[i]; }
  const ColumnPtr& column_ptr(size_t i) const { return columns_[i]; }
  // The position of a name, or nothing.
  std::optional<size_t> Find(std::string_view name) const;
  // The position of a name; UserError that names the nearest existing one if there is none.
  size_t IndexOf(std::string_view name) const;

  // New frames. Positions and names as in the arguments; UserError on names that do not fit.
  Frame WithColumn(std::string name, ColumnPtr column) const;
  Frame WithReplaced(size_t position, ColumnPtr column) const;
  Frame WithNames(std::vector<std::string> names) const;
  Frame Select(std::span<const size_t> positions) const;
  Frame Without(std::span<const size_t> positions) const;
  // Columns of both; the layouts must have the same rows (chunks are recut where they differ).
  Frame Bind(const Frame& right) const;
  // Rows begin … end-1; whole chunks are shared, those at the ends are cut.
  Frame Slice(int64_t begin, int64_t end) const;

  // Everything this frame takes in memory.
  size_t ByteSize() const;

 private:
  LayoutPtr layout_;
  std::vector<std::string> names_;
  std::vector<ColumnPtr> columns_;
};

// Reads cells of a column across chunk borders. begin + out.size() <= rows.
void ReadCells(const Frame& frame, size_t column, int64_t begin, std::span<double> out);
void ReadCells(const Frame& frame, size_t column, int64_t begin, std::span<int64_t> out);
void ReadCells(const Frame& frame, size_t column, int64_t begin, std::span<std::string_view> out);
void ReadCells(const Frame& frame, size_t column, int64_t begin, std::span<Uuid> out);

}  // namespace thalweg
