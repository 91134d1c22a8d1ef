// Work that goes over the chunks of a frame, in parallel, and what comes of it: columns cut like
// the frame, or parts joined in the order of the chunks. The only place that knows which chunks
// this rank has.
#pragma once

#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "frame/chunk_builder.h"
#include "frame/frame.h"
#include "rapids/evaluator.h"

namespace thalweg::internal {

// The chunks that this rank has: all, where the layout has one owner.
struct ChunkRange {
  size_t begin = 0;
  size_t end = 0;
};
ChunkRange OwnChunks(const Layout& layout, Evaluator& evaluator);

// What each rank says, in the order of the ranks; a collective.
std::vector<std::string> FromAllRanks(const std::string& mine, Evaluator& evaluator);

// Calls work(chunk) for every chunk of this rank.
template <class Work>
void ForEachChunk(const Layout& layout, Evaluator& evaluator, Work work) {
  const ChunkRange own = OwnChunks(layout, evaluator);
  evaluator.pool().Run(own.end - own.begin, [&](size_t task, size_t /*thread*/) {
    evaluator.context().work.ThrowIfCancelled();
    work(own.begin + task);
  });
}

// map(chunk) of all chunks of all ranks, in the order of the chunks. A Part travels as its bytes.
template <class Map>
auto ChunkParts(const Layout& layout, Evaluator& evaluator, Map map) {
  using Part = decltype(map(size_t{0}));
  static_assert(std::is_trivially_copyable_v<Part>);
  std::vector<Part> parts(layout.chunks());
  ForEachChunk(layout, evaluator, [&](size_t chunk) { parts[chunk] = map(chunk); });
  if (layout.ranks() == 1) return parts;
  const ChunkRange own = OwnChunks(layout, evaluator);
  const std::string mine(reinterpret_cast<const char*>(parts.data() + own.begin),
                         (own.end - own.begin) * sizeof(Part));
  std::string all;
  for (const std::string& theirs : FromAllRanks(mine, evaluator)) all += theirs;
  Check(all.size() == parts.size() * sizeof(Part), "every chunk has a part");
  std::memcpy(static_cast<void*>(parts.data()), all.data(), all.size());
  return parts;
}

// Fills in the parts of the chunks of other ranks; a collective.
void ShareChunkTexts(const Layout& layout, Evaluator& evaluator, std::vector<std::string>& parts);

// The same for parts that are text or bytes.
template <class Map>
std::vector<std::string> ChunkTexts(const Layout& layout, Evaluator& evaluator, Map map) {
  std::vector<std::string> parts(layout.chunks());
  ForEachChunk(layout, evaluator, [&](size_t chunk) { parts[chunk] = map(chunk); });
  if (layout.ranks() > 1) ShareChunkTexts(layout, evaluator, parts);
  return parts;
}

// True if it is so on all ranks; a collective.
bool OnAllRanks(bool mine, Evaluator& evaluator);

// How many cells of a column are missing on all ranks together; a collective.
int64_t MissingCells(const Layout& layout, const Column& column, Evaluator& evaluator);

// Calls add() on one rank after the other, each with the sums that those before it came to, so that
// the cells of all are added in the order of their rows; all ranks get the sums. A collective,
// but where the layout has one owner.
template <class Add>
void SumInTurn(const Layout& layout, Evaluator& evaluator, std::span<double> sums, Add add) {
  if (layout.ranks() == 1) {
    add();
    return;
  }
  Communicator& ranks = evaluator.context().ranks;
  for (int rank = 0; rank < ranks.size(); ++rank) {
    if (rank == ranks.rank()) add();
    const std::string bytes =
        ranks.Broadcast({reinterpret_cast<const char*>(sums.data()), sums.size_bytes()}, rank);
    if (!bytes.empty()) std::memcpy(sums.data(), bytes.data(), bytes.size());
  }
}

// All cells of one chunk.
template <class T>
std::vector<T> ChunkCells(const Column& column, size_t chunk) {
  std::vector<T> cells(column.chunk(chunk).rows());
  column.chunk(chunk).Decode(0, std::span<T>(cells));
  return cells;
}

// Chunks of numbers to a column: of integers where all are (as H2O shows it), else real.
ColumnPtr NumericColumn(std::vector<ChunkPtr> chunks, Evaluator& evaluator);

// fill(chunk, cells) writes the cells of each chunk; -0.0 becomes 0.
template <class Fill>
ColumnPtr MakeNumbers(const Layout& layout, Evaluator& evaluator, Fill fill) {
  std::vector<ChunkPtr> chunks(layout.chunks());
  ForEachChunk(layout, evaluator, [&](size_t chunk) {
    std::vector<double> cells(static_cast<size_t>(layout.ChunkRows(chunk)));
    fill(chunk, std::span<double>(cells));
    for (double& cell : cells) cell += 0.0;
    chunks[chunk] = EncodeReals(cells);
  });
  return NumericColumn(std::move(chunks), evaluator);
}

// Integer, categorical and time columns; kMissingInt where missing.
template <class Fill>
ColumnPtr MakeIntegers(const Layout& layout, Evaluator& evaluator, ColumnType type,
                       DomainPtr domain, Fill fill) {
  std::vector<ChunkPtr> chunks(layout.chunks());
  ForEachChunk(layout, evaluator, [&](size_t chunk) {
    std::vector<int64_t> cells(static_cast<size_t>(layout.ChunkRows(chunk)));
    fill(chunk, std::span<int64_t>(cells));
    chunks[chunk] = EncodeIntegers(cells);
  });
  return std::make_shared<const Column>(type, std::move(chunks), std::move(domain));
}

// The strings of one chunk, written one after the other.
class StringCells {
 public:
  explicit StringCells(size_t rows) { ends_.reserve(rows); }
  void Add(std::string_view text) {
    bytes_ += text;
    ends_.push_back(static_cast<int64_t>(bytes_.size()));
  }
  void AddMissing() { ends_.push_back(-1); }
  ChunkPtr Encode() const;

 private:
  std::string bytes_;
  std::vector<int64_t> ends_;  // -1: missing
};

// fill(chunk, cells) adds the cells of each chunk.
template <class Fill>
ColumnPtr MakeStrings(const Layout& layout, Evaluator& evaluator, Fill fill) {
  std::vector<ChunkPtr> chunks(layout.chunks());
  ForEachChunk(layout, evaluator, [&](size_t chunk) {
    StringCells cells(static_cast<size_t>(layout.ChunkRows(chunk)));
    fill(chunk, cells);
    chunks[chunk] = cells.Encode();
    Check(chunks[chunk]->rows() == layout.ChunkRows(chunk), "one string per row");
  });
  return std::make_shared<const Column>(ColumnType::kString, std::move(chunks));
}

// The same value in every row.
ColumnPtr ConstantColumn(const Layout& layout, double value);
ColumnPtr ConstantText(const Layout& layout, std::string_view value, Evaluator& evaluator);

// The rows with keep[row] != 0 of a frame whose chunks may lie on several ranks; each rank looks at
// the marks of its own chunks only. Rows stay where they are. A collective.
Frame KeepRows(const Frame& frame, std::span<const uint8_t> keep, Evaluator& evaluator);

// How rows are cut that come anew.
LayoutPtr NewLayout(int64_t rows);
// The same, shared out over the ranks: for results that each rank makes a part of.
LayoutPtr SpreadLayout(int64_t rows, Evaluator& evaluator);
// The layout of chunks that came of those of `old`, where chunk i has rows_of(i) rows now. A
// collective, but where that layout has one owner.
template <class RowsOf>
LayoutPtr LayoutOfChunks(const Layout& old, Evaluator& evaluator, RowsOf rows_of) {
  std::vector<int64_t> starts = {0};
  for (const int64_t rows : ChunkParts(
           old, evaluator, [&](size_t chunk) { return static_cast<int64_t>(rows_of(chunk)); })) {
    starts.push_back(starts.back() + rows);
  }
  std::vector<uint32_t> first_chunks;
  for (size_t rank = 0; rank <= old.ranks(); ++rank) {
    first_chunks.push_back(static_cast<uint32_t>(old.FirstChunkOf(rank)));
  }
  return std::make_shared<const Layout>(std::move(starts), std::move(first_chunks));
}

// The first rows of a frame over ranks, cut as `cuts` says and shared out evenly. A collective.
Frame CutAnew(const Frame& frame, const Layout& cuts, Evaluator& evaluator);
// NumericColumn of the chunks that a column of numbers has.
ColumnPtr AsNumericColumn(const Column& column, Evaluator& evaluator);
// A frame of cells that are in memory.
ColumnPtr NumbersColumn(const Layout& layout, std::span<const double> cells, Evaluator& evaluator);
ColumnPtr IntegersColumn(const Layout& layout, std::span<const int64_t> cells, ColumnType type,
                         DomainPtr domain, Evaluator& evaluator);
ColumnPtr TextsColumn(const Layout& layout, const std::vector<std::string>& cells,
                      Evaluator& evaluator);

}  // namespace thalweg::internal
