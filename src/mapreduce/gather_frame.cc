#include "mapreduce/gather_frame.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "frame/chunk_bytes.h"
#include "frame/frame_bytes.h"

namespace thalweg {
namespace {

// Columns that stand in the frame more than once travel once.
std::vector<size_t> DistinctColumns(const Frame& frame, std::vector<size_t>& slot_of) {
  std::unordered_map<const Column*, size_t> slots;
  std::vector<size_t> distinct;
  for (size_t c = 0; c < frame.columns(); ++c) {
    const auto [slot, fresh] = slots.emplace(&frame.column(c), distinct.size());
    if (fresh) distinct.push_back(c);
    slot_of.push_back(slot->second);
  }
  return distinct;
}

std::vector<int64_t> Starts(const Layout& layout) {
  std::vector<int64_t> starts;
  for (size_t i = 0; i < layout.chunks(); ++i) starts.push_back(layout.ChunkStart(i));
  starts.push_back(layout.rows());
  return starts;
}

}  // namespace

Frame GatherFrame(const Frame& part, Communicator& ranks) {
  const Layout& layout = part.layout();
  if (ranks.size() == 1 || layout.ranks() == 1) return part;
  Check(layout.ranks() == static_cast<size_t>(ranks.size()), "a frame of these ranks");
  std::vector<size_t> slot_of;
  const std::vector<size_t> distinct = DistinctColumns(part, slot_of);
  const auto me = static_cast<size_t>(ranks.rank());
  std::string mine;
  for (const size_t c : distinct) {
    for (size_t i = layout.FirstChunkOf(me); i < layout.FirstChunkOf(me + 1); ++i) {
      AppendChunkBytes(part.column(c).chunk(i), mine);
    }
  }
  const std::vector<std::string> all = ranks.AllGather(mine);
  std::vector<std::vector<ChunkPtr>> chunks(distinct.size(),
                                            std::vector<ChunkPtr>(layout.chunks()));
  for (size_t rank = 0; rank < all.size(); ++rank) {
    std::string_view bytes = all[rank];
    for (size_t d = 0; d < distinct.size(); ++d) {
      for (size_t i = layout.FirstChunkOf(rank); i < layout.FirstChunkOf(rank + 1); ++i) {
        chunks[d][i] = rank == me ? part.column(distinct[d]).chunk_ptr(i) : TakeChunk(bytes);
      }
    }
    Check(rank == me || bytes.empty(), "as many chunks as the layout says");
  }
  std::vector<ColumnPtr> columns;
  for (size_t d = 0; d < distinct.size(); ++d) {
    const Column& column = part.column(distinct[d]);
    columns.push_back(
        std::make_shared<const Column>(column.type(), std::move(chunks[d]), column.domain()));
  }
  std::vector<ColumnPtr> in_order;
  for (const size_t slot : slot_of) in_order.push_back(columns[slot]);
  return {std::make_shared<const Layout>(Starts(layout)), part.names(), std::move(in_order)};
}

std::optional<Frame> GatherParts(const Frame& part, Communicator& ranks) {
  Check(part.layout().ranks() == 1, "each rank gives rows of its own");
  if (ranks.size() == 1) return part;
  if (ranks.rank() != 0) {
    ranks.Send(0, FrameBytes(part));
    return std::nullopt;
  }
  std::vector<int64_t> starts = {0};
  std::vector<std::vector<ChunkPtr>> chunks(part.columns());
  const auto add = [&](const Frame& more) {
    // A rank without rows has a chunk without rows.
    for (size_t i = 0; more.rows() > 0 && i < more.layout().chunks(); ++i) {
      starts.push_back(starts.back() + more.layout().ChunkRows(i));
      for (size_t c = 0; c < chunks.size(); ++c) chunks[c].push_back(more.column(c).chunk_ptr(i));
    }
  };
  add(part);
  for (int rank = 1; rank < ranks.size(); ++rank) add(FrameFromBytes(ranks.Receive(rank)));
  if (starts.size() == 1) return part;
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < chunks.size(); ++c) {
    columns.push_back(std::make_shared<const Column>(part.column(c).type(), std::move(chunks[c]),
                                                     part.column(c).domain()));
  }
  return Frame(std::make_shared<const Layout>(std::move(starts)), part.names(), std::move(columns));
}

LayoutPtr SharedOut(const Layout& cuts, const Communicator& ranks) {
  const auto size = static_cast<size_t>(ranks.size());
  std::vector<int64_t> starts = Starts(cuts);
  // Rank r begins with the first chunk that starts at or after r/size of the rows.
  std::vector<uint32_t> first_chunks;
  size_t chunk = 0;
  for (size_t rank = 0; rank < size; ++rank) {
    const auto from = static_cast<int64_t>(static_cast<double>(cuts.rows()) *
                                           static_cast<double>(rank) / static_cast<double>(size));
    while (chunk < cuts.chunks() && starts[chunk] < from) ++chunk;
    first_chunks.push_back(static_cast<uint32_t>(rank == 0 ? 0 : chunk));
  }
  first_chunks.push_back(static_cast<uint32_t>(cuts.chunks()));
  return std::make_shared<const Layout>(std::move(starts), std::move(first_chunks));
}

Frame KeepOwnChunks(const Frame& whole, const Communicator& ranks) {
  if (ranks.size() == 1) return whole;
  const Layout& old = whole.layout();
  const LayoutPtr layout = SharedOut(old, ranks);
  const auto me = static_cast<size_t>(ranks.rank());
  std::unordered_map<const Column*, ColumnPtr> kept;
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < whole.columns(); ++c) {
    const Column& column = whole.column(c);
    ColumnPtr& own = kept[&column];
    if (!own) {
      std::vector<ChunkPtr> chunks(old.chunks());
      for (size_t i = layout->FirstChunkOf(me); i < layout->FirstChunkOf(me + 1); ++i) {
        chunks[i] = column.chunk_ptr(i);
      }
      own = std::make_shared<const Column>(column.type(), std::move(chunks), column.domain());
    }
    columns.push_back(own);
  }
  return {layout, whole.names(), std::move(columns)};
}

}  // namespace thalweg
