#include "mapreduce/frame_parts.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "frame/recut.h"
#include "mapreduce/exchange_rows.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/gather_rows.h"

namespace thalweg {
namespace {

// The cuts of some chunks of a layout, counted from the first one's start.
LayoutPtr CutsOf(const Layout& layout, size_t begin, size_t end) {
  std::vector<int64_t> starts = {0};
  for (size_t c = begin; c < end; ++c) starts.push_back(starts.back() + layout.ChunkRows(c));
  if (begin == end) starts.push_back(0);
  return std::make_shared<const Layout>(starts);
}

// A frame of the same columns with other chunks; columns that stand there twice do so again.
template <class Chunks>
Frame WithChunks(const Frame& frame, LayoutPtr layout, Chunks chunks_of) {
  std::unordered_map<const Column*, ColumnPtr> made;
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < frame.columns(); ++i) {
    const Column& column = frame.column(i);
    ColumnPtr& other = made[&column];
    if (!other) {
      other = std::make_shared<const Column>(column.type(), chunks_of(column), column.domain());
    }
    columns.push_back(other);
  }
  return {std::move(layout), frame.names(), std::move(columns)};
}

// The part's chunks are this rank's of the layout.
Frame Place(const Frame& part, const LayoutPtr& layout, size_t first, size_t count) {
  return WithChunks(part, layout, [&](const Column& column) {
    std::vector<ChunkPtr> chunks(layout->chunks());
    for (size_t c = 0; c < count; ++c) chunks[first + c] = column.chunk_ptr(c);
    return chunks;
  });
}

}  // namespace

std::vector<int64_t> NumbersOfRanks(int64_t mine, Communicator& ranks) {
  std::vector<int64_t> numbers;
  for (const std::string& theirs :
       ranks.AllGather({reinterpret_cast<const char*>(&mine), sizeof(mine)})) {
    Check(theirs.size() == sizeof(int64_t), "every rank says one number");
    std::memcpy(&numbers.emplace_back(), theirs.data(), sizeof(int64_t));
  }
  return numbers;
}

Frame OwnPart(const Frame& frame, const Communicator& ranks) {
  const Layout& layout = frame.layout();
  if (layout.ranks() == 1) return frame;
  Check(layout.ranks() == static_cast<size_t>(ranks.size()), "a frame of these ranks");
  const auto me = static_cast<size_t>(ranks.rank());
  const size_t begin = layout.FirstChunkOf(me);
  const size_t end = layout.FirstChunkOf(me + 1);
  return WithChunks(frame, CutsOf(layout, begin, end), [&](const Column& column) {
    std::vector<ChunkPtr> chunks;
    for (size_t c = begin; c < end; ++c) chunks.push_back(column.chunk_ptr(c));
    if (chunks.empty()) chunks.push_back(internal::ChunkOfNoRows(column.type()));
    return chunks;
  });
}

Frame PlaceParts(const Frame& part, Communicator& ranks) {
  Check(part.layout().ranks() == 1, "a frame of this rank alone is placed");
  if (ranks.size() == 1) return part;
  // The rows of each chunk of each rank. A rank without rows has no chunk.
  const Layout& own = part.layout();
  std::string mine;
  for (size_t c = 0; own.rows() > 0 && c < own.chunks(); ++c) {
    const int64_t rows = own.ChunkRows(c);
    mine.append(reinterpret_cast<const char*>(&rows), sizeof(rows));
  }
  std::vector<int64_t> starts = {0};
  std::vector<uint32_t> first_chunks = {0};
  for (const std::string& theirs : ranks.AllGather(mine)) {
    for (size_t at = 0; at < theirs.size(); at += sizeof(int64_t)) {
      int64_t rows = 0;
      std::memcpy(&rows, theirs.data() + at, sizeof(rows));
      starts.push_back(starts.back() + rows);
    }
    first_chunks.push_back(static_cast<uint32_t>(starts.size() - 1));
  }
  size_t count = mine.size() / sizeof(int64_t);
  if (starts.size() == 1) {
    // Nobody has any: rank 0's first one, which is empty, stands for all.
    starts.push_back(0);
    std::fill(first_chunks.begin() + 1, first_chunks.end(), 1U);
    count = ranks.rank() == 0 ? 1 : 0;
  }
  const size_t first = first_chunks[static_cast<size_t>(ranks.rank())];
  return Place(part, std::make_shared<const Layout>(std::move(starts), std::move(first_chunks)),
               first, count);
}

Frame RebalanceParts(const Frame& part, Communicator& ranks, ThreadPool& pool) {
  Check(part.layout().ranks() == 1, "a frame of this rank alone is placed");
  const std::vector<int64_t> counts = NumbersOfRanks(part.rows(), ranks);
  int64_t begin = 0;
  int64_t total = 0;
  for (size_t rank = 0; rank < counts.size(); ++rank) {
    if (rank < static_cast<size_t>(ranks.rank())) begin += counts[rank];
    total += counts[rank];
  }
  const LayoutPtr layout = SharedOut(*ResultLayout(total), ranks);
  std::vector<RankNumber> to(static_cast<size_t>(part.rows()));
  const auto start_of = [&](size_t rank) { return layout->ChunkStart(layout->FirstChunkOf(rank)); };
  for (size_t rank = 0; rank < layout->ranks(); ++rank) {
    const int64_t from = std::clamp<int64_t>(start_of(rank) - begin, 0, part.rows());
    const int64_t end = std::clamp<int64_t>(start_of(rank + 1) - begin, 0, part.rows());
    std::fill(to.begin() + from, to.begin() + end, static_cast<RankNumber>(rank));
  }
  const Frame mine = ExchangeRows(part, to, ranks, pool);
  const auto me = static_cast<size_t>(layout->ranks() == 1 ? 0 : ranks.rank());
  const size_t first = layout->FirstChunkOf(me);
  const size_t count = layout->FirstChunkOf(me + 1) - first;
  const LayoutPtr cuts = CutsOf(*layout, first, first + count);
  Check(cuts->rows() == mine.rows(), "a rank gets the rows that are to be its");
  std::vector<ColumnPtr> columns(mine.columns());
  pool.Run(columns.size(), [&](size_t i, size_t) {
    columns[i] = internal::Recut(mine.column_ptr(i), mine.layout(), *cuts, 0);
  });
  return Place(Frame(cuts, mine.names(), std::move(columns)), layout, first, count);
}

}  // namespace thalweg
