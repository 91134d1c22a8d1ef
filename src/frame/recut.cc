#include "frame/recut.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "frame/chunk_builder.h"
#include "frame/frame.h"

namespace thalweg {
namespace {

template <class T>
void Read(const Column& column, const Layout& layout, int64_t begin, std::span<T> out) {
  Check(begin >= 0 && begin + static_cast<int64_t>(out.size()) <= layout.rows(),
        "cells are read outside the frame");
  size_t done = 0;
  for (size_t c = out.empty() ? 0 : layout.ChunkOf(begin); done < out.size(); ++c) {
    const int64_t from = begin + static_cast<int64_t>(done);
    const auto take =
        std::min(static_cast<size_t>(layout.ChunkStart(c + 1) - from), out.size() - done);
    column.chunk(c).Decode(static_cast<size_t>(from - layout.ChunkStart(c)),
                           out.subspan(done, take));
    done += take;
  }
}

template <class T, class Encode>
ChunkPtr Reencode(const Column& column, const Layout& layout, int64_t begin, size_t rows,
                  Encode encode) {
  std::vector<T> cells(rows);
  Read<T>(column, layout, begin, cells);
  return encode(std::span<const T>(cells), EncodeOptions{});
}

// Sparse chunks are cut without spreading out their zeros: a frame of many sparse columns has far
// more cells than memory. Null where a chunk is not sparse, or a cell is not a double.
ChunkPtr CutSparse(const Column& column, const Layout& layout, int64_t begin, size_t rows) {
  std::vector<uint32_t> positions;
  std::vector<double> values;
  const int64_t end = begin + static_cast<int64_t>(rows);
  for (size_t c = layout.ChunkOf(begin); c < layout.chunks() && layout.ChunkStart(c) < end; ++c) {
    const Chunk& chunk = column.chunk(c);
    // -0.0 is zero, but no integer: its sign would be lost.
    const bool zeros =
        chunk.encoding() == EncodingId::kConstant && chunk.nonzeros() == 0 && chunk.integral();
    if (!chunk.sparse() && !zeros) return {};
    const size_t before = positions.size();
    const int64_t start = layout.ChunkStart(c);
    const int64_t from = std::max(begin, start);
    const int64_t to = std::min(end, layout.ChunkStart(c + 1));
    const size_t room = std::min(static_cast<size_t>(to - from), chunk.nonzeros());
    positions.resize(before + room);
    values.resize(before + room);
    const size_t count =
        chunk.NonZeros(static_cast<size_t>(from - start), static_cast<size_t>(to - start),
                       std::span(positions).subspan(before), std::span(values).subspan(before));
    positions.resize(before + count);
    values.resize(before + count);
    const auto shift = static_cast<uint32_t>(start - begin);  // modulo 2^32: may be negative
    for (size_t i = before; i < positions.size(); ++i) positions[i] += shift;
  }
  const bool exact =
      std::all_of(values.begin(), values.end(), [](double v) { return !(std::abs(v) > 0x1p53); });
  if (column.type() != ColumnType::kReal && !exact) return {};
  return EncodeSparse(static_cast<uint32_t>(rows), positions, values);
}

ChunkPtr CutChunk(const Column& column, const Layout& layout, int64_t begin, size_t rows) {
  if (rows > 0 && IsNumeric(column.type())) {
    if (ChunkPtr sparse = CutSparse(column, layout, begin, rows)) return sparse;
  }
  switch (column.type()) {
    case ColumnType::kReal:
      return Reencode<double>(column, layout, begin, rows, EncodeReals);
    case ColumnType::kInteger:
    case ColumnType::kCategorical:
    case ColumnType::kTime:
      return Reencode<int64_t>(column, layout, begin, rows, EncodeIntegers);
    case ColumnType::kString:
      return Reencode<std::string_view>(column, layout, begin, rows, EncodeStrings);
    case ColumnType::kUuid:
      return Reencode<Uuid>(column, layout, begin, rows, EncodeUuids);
  }
  throw InternalError("unknown column type");
}

}  // namespace

namespace internal {

ColumnPtr Recut(const ColumnPtr& column, const Layout& from, const Layout& to, int64_t begin) {
  if (begin == 0 && from.SameCuts(to)) return column;
  std::vector<ChunkPtr> chunks;
  chunks.reserve(to.chunks());
  for (size_t i = 0; i < to.chunks(); ++i) {
    const int64_t start = begin + to.ChunkStart(i);
    const int64_t rows = to.ChunkRows(i);
    if (rows > 0) {
      const size_t c = from.ChunkOf(start);
      if (from.ChunkStart(c) == start && from.ChunkRows(c) == rows) {
        chunks.push_back(column->chunk_ptr(c));
        continue;
      }
    }
    chunks.push_back(CutChunk(*column, from, start, static_cast<size_t>(rows)));
  }
  return std::make_shared<const Column>(column->type(), std::move(chunks), column->domain());
}

}  // namespace internal

void ReadCells(const Frame& frame, size_t column, int64_t begin, std::span<double> out) {
  Read(frame.column(column), frame.layout(), begin, out);
}

void ReadCells(const Frame& frame, size_t column, int64_t begin, std::span<int64_t> out) {
  Read(frame.column(column), frame.layout(), begin, out);
}

void ReadCells(const Frame& frame, size_t column, int64_t begin, std::span<std::string_view> out) {
  Read(frame.column(column), frame.layout(), begin, out);
}

void ReadCells(const Frame& frame, size_t column, int64_t begin, std::span<Uuid> out) {
  Read(frame.column(column), frame.layout(), begin, out);
}

}  // namespace thalweg
