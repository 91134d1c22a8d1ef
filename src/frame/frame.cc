#include "frame/frame.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "frame/heap_size.h"
#include "frame/recut.h"

namespace thalweg {
namespace {

void CheckNames(const std::vector<std::string>& names) {
  std::unordered_set<std::string_view> seen;
  seen.reserve(names.size());
  for (const std::string& name : names) {
    if (!seen.insert(name).second) {
      throw UserError("two columns would have the name '" + Printable(name) +
                      "'; give each column its own name");
    }
  }
}

}  // namespace

Frame::Frame(LayoutPtr layout, std::vector<std::string> names, std::vector<ColumnPtr> columns)
    : layout_(std::move(layout)), names_(std::move(names)), columns_(std::move(columns)) {
  Check(layout_ != nullptr, "a frame has a layout");
  Check(names_.size() == columns_.size(), "a frame has one name per column");
  CheckNames(names_);
  for (const ColumnPtr& column : columns_) {
    Check(column != nullptr, "a frame's column is null");
    Check(column->chunks() == layout_->chunks(), "a column is cut into its frame's chunks");
    for (size_t c = 0; c < column->chunks(); ++c) {
      const ChunkPtr& chunk = column->chunk_ptr(c);
      Check(!chunk || chunk->rows() == layout_->ChunkRows(c),
            "a column's chunk has the layout's rows");
    }
  }
  names_.shrink_to_fit();
  columns_.shrink_to_fit();
}

std::optional<size_t> Frame::Find(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) return std::nullopt;
  return static_cast<size_t>(found - names_.begin());
}

size_t Frame::IndexOf(std::string_view name) const {
  if (const std::optional<size_t> position = Find(name)) return *position;
  std::string message = "there is no column '" + Printable(name) + "'";
  if (names_.empty()) throw UserError(message + "; the frame has no columns");
  const std::string nearest = NearestWord(name, names_);
  if (!nearest.empty()) message += "; did you mean '" + Printable(nearest) + "'?";
  throw UserError(message);
}

Frame Frame::WithColumn(std::string name, ColumnPtr column) const {
  std::vector<std::string> names = names_;
  std::vector<ColumnPtr> columns = columns_;
  names.push_back(std::move(name));
  columns.push_back(std::move(column));
  return Frame(layout_, std::move(names), std::move(columns));
}

Frame Frame::WithReplaced(size_t position, ColumnPtr column) const {
  Check(position < columns_.size(), "column position lies outside the frame");
  std::vector<ColumnPtr> columns = columns_;
  columns[position] = std::move(column);
  return Frame(layout_, names_, std::move(columns));
}

Frame Frame::WithNames(std::vector<std::string> names) const {
  if (names.size() != names_.size()) {
    throw UserError("the frame has " + std::to_string(names_.size()) + " columns, but " +
                    std::to_string(names.size()) + " names are given");
  }
  return Frame(layout_, std::move(names), columns_);
}

Frame Frame::Select(std::span<const size_t> positions) const {
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (const size_t position : positions) {
    Check(position < columns_.size(), "column position lies outside the frame");
    names.push_back(names_[position]);
    columns.push_back(columns_[position]);
  }
  return Frame(layout_, std::move(names), std::move(columns));
}

Frame Frame::Without(std::span<const size_t> positions) const {
  std::vector<bool> dropped(columns_.size());
  for (const size_t position : positions) {
    Check(position < columns_.size(), "column position lies outside the frame");
    dropped[position] = true;
  }
  std::vector<size_t> kept;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!dropped[i]) kept.push_back(i);
  }
  return Select(kept);
}

Frame Frame::Bind(const Frame& right) const {
  if (right.rows() != rows()) {
    throw UserError("frames of " + WithThousands(rows()) + " and " + WithThousands(right.rows()) +
                    " rows cannot be bound side by side");
  }
  std::vector<std::string> names = names_;
  std::vector<ColumnPtr> columns = columns_;
  names.insert(names.end(), right.names_.begin(), right.names_.end());
  // Before the work of cutting anew.
  CheckNames(names);
  for (const ColumnPtr& column : right.columns_) {
    columns.push_back(internal::Recut(column, *right.layout_, *layout_, 0));
  }
  return Frame(layout_, std::move(names), std::move(columns));
}

Frame Frame::Slice(int64_t begin, int64_t end) const {
  if (begin < 0 || begin > end || end > rows()) {
    throw UserError("rows " + std::to_string(begin) + " to " + std::to_string(end) +
                    " do not lie inside a frame of " + WithThousands(rows()) + " rows");
  }
  // Chunks that keep a row, with their owners; a slice without rows keeps one empty chunk.
  std::vector<int64_t> starts = {0};
  std::vector<uint32_t> first_chunks = {0};
  for (size_t rank = 0; rank < layout_->ranks(); ++rank) {
    for (size_t c = layout_->FirstChunkOf(rank); c < layout_->FirstChunkOf(rank + 1); ++c) {
      const int64_t to = std::min(end, layout_->ChunkStart(c + 1));
      const int64_t from = std::max(begin, layout_->ChunkStart(c));
      if (from < to) starts.push_back(to - begin);
    }
    first_chunks.push_back(static_cast<uint32_t>(starts.size() - 1));
  }
  auto layout = std::make_shared<const Layout>(std::move(starts), std::move(first_chunks));
  std::vector<ColumnPtr> columns;
  for (const ColumnPtr& column : columns_) {
    columns.push_back(internal::Recut(column, *layout_, *layout, begin));
  }
  return Frame(std::move(layout), names_, std::move(columns));
}

size_t Frame::ByteSize() const {
  size_t bytes = sizeof(Frame) + internal::HeapSize(names_) + internal::HeapSize(columns_);
  for (const std::string& name : names_) bytes += internal::HeapSize(name);
  bytes += internal::SharedSize(*layout_) + (layout_->chunks() + 1) * sizeof(int64_t) +
           (layout_->ranks() + 1) * sizeof(uint32_t);
  // A domain or a column that several columns share is counted once.
  std::unordered_set<const void*> seen;
  for (const ColumnPtr& column : columns_) {
    if (!seen.insert(column.get()).second) continue;
    bytes += column->ByteSize();
    const void* domain = column->domain().get();
    if (domain != nullptr && !seen.insert(domain).second) bytes -= column->domain()->ByteSize();
  }
  return bytes;
}

}  // namespace thalweg
