#include "mapreduce/share_chunks.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cancel_scope.h"
#include "base/error.h"
#include "frame/chunk_bytes.h"
#include "mapreduce/gather_frame.h"

namespace thalweg {
namespace {

constexpr int64_t kRoundBytes = int64_t{64} << 20;

}  // namespace

Frame ShareOutChunks(const Frame& scattered, std::span<const int> holders, Communicator& ranks) {
  const Layout& cuts = scattered.layout();
  Check(cuts.ranks() == 1 && holders.size() == cuts.chunks(), "every chunk has a holder");
  if (ranks.size() == 1) return scattered;
  const LayoutPtr layout = SharedOut(cuts, ranks);
  const auto me = static_cast<size_t>(ranks.rank());
  const auto size = static_cast<size_t>(ranks.size());
  const size_t columns = scattered.columns();
  std::vector<std::vector<ChunkPtr>> chunks(columns, std::vector<ChunkPtr>(cuts.chunks()));
  const auto holder = [&](size_t i) { return static_cast<size_t>(holders[i]); };
  for (size_t i = layout->FirstChunkOf(me); i < layout->FirstChunkOf(me + 1); ++i) {
    if (holder(i) != me) continue;
    for (size_t c = 0; c < columns; ++c) chunks[c][i] = scattered.column(c).chunk_ptr(i);
  }
  // All ranks know where every chunk lies and goes, so all make the same rounds.
  const int64_t row_bytes = static_cast<int64_t>(columns) * 8;
  for (size_t begin = 0; begin < cuts.chunks();) {
    CancelScope::ThrowIfCancelled();
    size_t end = begin;
    int64_t bytes = 0;
    for (; end < cuts.chunks() && bytes < kRoundBytes * ranks.size(); ++end) {
      if (holder(end) != layout->OwnerOf(end)) bytes += cuts.ChunkRows(end) * row_bytes;
    }
    if (bytes == 0) break;  // nothing is left that travels
    std::vector<std::string> to_each(size);
    for (size_t i = begin; i < end; ++i) {
      if (holder(i) != me || layout->OwnerOf(i) == me) continue;
      for (size_t c = 0; c < columns; ++c) {
        AppendChunkBytes(scattered.column(c).chunk(i), to_each[layout->OwnerOf(i)]);
      }
    }
    const std::vector<std::string> received = ranks.AllToAll(std::move(to_each));
    std::vector<std::string_view> rest(received.begin(), received.end());
    for (size_t i = begin; i < end; ++i) {
      if (layout->OwnerOf(i) != me || holder(i) == me) continue;
      for (size_t c = 0; c < columns; ++c) chunks[c][i] = TakeChunk(rest[holder(i)]);
    }
    for (const std::string_view left : rest) Check(left.empty(), "as many chunks as announced");
    begin = end;
  }
  std::vector<ColumnPtr> shared;
  for (size_t c = 0; c < columns; ++c) {
    const Column& column = scattered.column(c);
    shared.push_back(
        std::make_shared<const Column>(column.type(), std::move(chunks[c]), column.domain()));
  }
  return {layout, scattered.names(), std::move(shared)};
}

}  // namespace thalweg
