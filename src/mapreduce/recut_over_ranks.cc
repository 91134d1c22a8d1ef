#include "mapreduce/recut_over_ranks.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "frame/chunk_bytes.h"
#include "frame/recut.h"

namespace thalweg {
namespace {

// The rows [begin, end) that a rank has.
struct Rows {
  int64_t begin = 0;
  int64_t end = 0;
};

Rows RowsOf(const Layout& layout, size_t rank) {
  return {layout.ChunkStart(layout.FirstChunkOf(rank)),
          layout.ChunkStart(layout.FirstChunkOf(rank + 1))};
}

// The chunks of one rank as a layout of their own, which begins with row 0.
Layout LocalLayout(const Layout& layout, size_t rank) {
  std::vector<int64_t> starts;
  const size_t first = layout.FirstChunkOf(rank);
  for (size_t c = first; c <= layout.FirstChunkOf(rank + 1); ++c) {
    starts.push_back(layout.ChunkStart(c) - layout.ChunkStart(first));
  }
  return Layout(starts);
}

ColumnPtr LocalColumn(const Column& column, const Layout& layout, size_t rank) {
  std::vector<ChunkPtr> chunks;
  for (size_t c = layout.FirstChunkOf(rank); c < layout.FirstChunkOf(rank + 1); ++c) {
    chunks.push_back(column.chunk_ptr(c));
  }
  return std::make_shared<const Column>(column.type(), std::move(chunks), column.domain());
}

// Columns that stand in the frame more than once are cut and sent once.
struct Distinct {
  explicit Distinct(const Frame& frame) {
    std::unordered_map<const Column*, size_t> known;
    for (size_t c = 0; c < frame.columns(); ++c) {
      const auto [slot, fresh] = known.emplace(&frame.column(c), columns.size());
      if (fresh) columns.push_back(c);
      slots.push_back(slot->second);
    }
  }
  std::vector<size_t> columns;
  std::vector<size_t> slots;  // of each column of the frame
};

// The rows of one frame that go from one rank to another: chunks of so many rows.
struct Piece {
  std::vector<int64_t> rows;
  std::vector<std::vector<ChunkPtr>> chunks;  // per distinct column
};

std::string BytesOf(const Piece& piece) {
  if (piece.rows.empty()) return {};
  const uint64_t count = piece.rows.size();
  std::string bytes(reinterpret_cast<const char*>(&count), sizeof(count));
  bytes.append(reinterpret_cast<const char*>(piece.rows.data()), count * sizeof(int64_t));
  for (const auto& column : piece.chunks) {
    for (const ChunkPtr& chunk : column) AppendChunkBytes(*chunk, bytes);
  }
  return bytes;
}

Piece PieceOf(std::string_view bytes, size_t columns) {
  Piece piece;
  piece.chunks.resize(columns);
  if (bytes.empty()) return piece;
  uint64_t count = 0;
  std::memcpy(&count, bytes.data(), sizeof(count));
  bytes.remove_prefix(sizeof(count));
  piece.rows.resize(count);
  std::memcpy(piece.rows.data(), bytes.data(), count * sizeof(int64_t));
  bytes.remove_prefix(count * sizeof(int64_t));
  for (auto& column : piece.chunks) {
    for (uint64_t i = 0; i < count; ++i) column.push_back(TakeChunk(bytes));
  }
  Check(bytes.empty(), "a piece of a frame ends with its chunks");
  return piece;
}

// The rows of [wanted.begin, wanted.end) that this rank has in its `own` rows, at its own cuts.
Piece Cut(const std::vector<ColumnPtr>& columns, const Layout& local, const Rows& own,
          const Rows& wanted) {
  Piece piece;
  piece.chunks.resize(columns.size());
  const int64_t begin = std::max(own.begin, wanted.begin);
  const int64_t end = std::min(own.end, wanted.end);
  if (begin >= end) return piece;
  std::vector<int64_t> starts = {0};
  const size_t first = local.ChunkOf(begin - own.begin);
  for (size_t c = first; starts.back() < end - begin; ++c) {
    const int64_t stop = std::min(end, own.begin + local.ChunkStart(c + 1));
    if (stop == begin + starts.back()) continue;  // a chunk without rows
    piece.rows.push_back(stop - begin - starts.back());
    starts.push_back(stop - begin);
  }
  const Layout cuts(starts);
  for (size_t i = 0; i < columns.size(); ++i) {
    const ColumnPtr cut = internal::Recut(columns[i], local, cuts, begin - own.begin);
    for (size_t c = 0; c < cut->chunks(); ++c) piece.chunks[i].push_back(cut->chunk_ptr(c));
  }
  return piece;
}

std::vector<ColumnPtr> InSlots(const std::vector<ColumnPtr>& columns,
                               const std::vector<size_t>& slots) {
  std::vector<ColumnPtr> in_order;
  in_order.reserve(slots.size());
  for (const size_t slot : slots) in_order.push_back(columns[slot]);
  return in_order;
}

// Chunks of this rank, beginning with its first, to a column.
ColumnPtr Placed(const Column& like, const Column& own, const Layout& to, size_t rank) {
  std::vector<ChunkPtr> chunks(to.chunks());
  for (size_t c = 0; c < own.chunks(); ++c) chunks[to.FirstChunkOf(rank) + c] = own.chunk_ptr(c);
  return std::make_shared<const Column>(like.type(), std::move(chunks), like.domain());
}

}  // namespace

Frame RecutOverRanks(const Frame& part, const LayoutPtr& to, Communicator& ranks) {
  const Layout& from = part.layout();
  const auto size = static_cast<size_t>(ranks.size());
  const auto me = static_cast<size_t>(ranks.rank());
  Check(to->ranks() == size && to->rows() <= from.rows(), "a layout for these ranks and rows");
  if (from == *to) return part;
  const Distinct distinct(part);
  const Layout target = LocalLayout(*to, me);
  std::vector<ColumnPtr> columns;
  if (from.ranks() == 1) {
    for (const size_t c : distinct.columns) {
      const ColumnPtr own =
          internal::Recut(part.column_ptr(c), from, target, RowsOf(*to, me).begin);
      columns.push_back(Placed(part.column(c), *own, *to, me));
    }
    return {to, part.names(), InSlots(columns, distinct.slots)};
  }
  Check(from.ranks() == size, "a frame of these ranks");
  std::vector<ColumnPtr> own;
  for (const size_t c : distinct.columns) own.push_back(LocalColumn(part.column(c), from, me));
  const Layout local = LocalLayout(from, me);
  Piece kept;
  std::vector<std::string> messages(size);
  for (size_t rank = 0; rank < size; ++rank) {
    Piece piece = Cut(own, local, RowsOf(from, me), RowsOf(*to, rank));
    if (rank == me) {
      kept = std::move(piece);
    } else {
      messages[rank] = BytesOf(piece);
    }
  }
  const std::vector<std::string> received = ranks.AllToAll(std::move(messages));
  std::vector<int64_t> starts = {0};
  std::vector<std::vector<ChunkPtr>> chunks(distinct.columns.size());
  for (size_t rank = 0; rank < size; ++rank) {
    const Piece piece = rank == me ? kept : PieceOf(received[rank], chunks.size());
    for (const int64_t rows : piece.rows) starts.push_back(starts.back() + rows);
    for (size_t i = 0; i < chunks.size(); ++i) {
      chunks[i].insert(chunks[i].end(), piece.chunks[i].begin(), piece.chunks[i].end());
    }
  }
  const Layout arrived(starts);
  Check(arrived.rows() == target.rows(), "every row has come");
  for (size_t i = 0; i < chunks.size(); ++i) {
    const Column& like = part.column(distinct.columns[i]);
    const auto column =
        std::make_shared<const Column>(like.type(), std::move(chunks[i]), like.domain());
    columns.push_back(Placed(like, *internal::Recut(column, arrived, target, 0), *to, me));
  }
  return {to, part.names(), InSlots(columns, distinct.slots)};
}

std::vector<std::vector<ChunkPtr>> MoveChunks(const std::vector<std::vector<ChunkPtr>>& chunks,
                                              std::span<const uint32_t> holders, const Layout& to,
                                              Communicator& ranks) {
  const auto size = static_cast<size_t>(ranks.size());
  const auto me = static_cast<uint32_t>(ranks.rank());
  Check(to.ranks() == size && to.chunks() == holders.size(), "a holder for every chunk");
  std::vector<std::string> messages(size);
  for (size_t rank = 0; rank < size; ++rank) {
    if (rank == me) continue;
    for (size_t i = to.FirstChunkOf(rank); i < to.FirstChunkOf(rank + 1); ++i) {
      if (holders[i] != me) continue;
      for (const auto& column : chunks) AppendChunkBytes(*column[i], messages[rank]);
    }
  }
  const std::vector<std::string> received = ranks.AllToAll(std::move(messages));
  std::vector<std::string_view> rest(received.begin(), received.end());
  std::vector<std::vector<ChunkPtr>> moved(chunks.size(), std::vector<ChunkPtr>(to.chunks()));
  for (size_t i = to.FirstChunkOf(me); i < to.FirstChunkOf(me + 1); ++i) {
    const bool here = holders[i] == me || holders[i] == kEverywhere;
    for (size_t c = 0; c < chunks.size(); ++c) {
      moved[c][i] = here ? chunks[c][i] : TakeChunk(rest[holders[i]]);
    }
  }
  for (const std::string_view bytes : rest) Check(bytes.empty(), "every chunk has come");
  return moved;
}

}  // namespace thalweg
