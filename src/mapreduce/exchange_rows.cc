#include "mapreduce/exchange_rows.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/cancel_scope.h"
#include "base/error.h"
#include "frame/chunk_builder.h"
#include "frame/chunk_bytes.h"

namespace thalweg {
namespace {

constexpr size_t kRoundBytes = size_t{64} << 20;
// Rows of several chunks are sorted out together, so that pieces do not become tiny.
constexpr size_t kLeastSegmentRows = 1024;
constexpr size_t kMostSegmentRows = size_t{1} << 17;
constexpr size_t kReturnedBlock = size_t{1} << 16;

// Rows of a part that are sorted out together, or, where `whole`, a chunk that travels as it is.
struct Segment {
  size_t begin = 0;
  size_t end = 0;
  bool whole = false;
  size_t chunk = 0;
};

// A chunk of each column, in the order of the distinct columns; of equal rows.
using Piece = std::vector<ChunkPtr>;

// The columns that a frame has, each once, and which of them stands where.
struct DistinctColumns {
  std::vector<size_t> columns;
  std::vector<size_t> slots;  // one per column of the frame
  explicit DistinctColumns(const Frame& frame) {
    std::unordered_map<const Column*, size_t> seen;
    for (size_t c = 0; c < frame.columns(); ++c) {
      const auto [slot, fresh] = seen.emplace(&frame.column(c), columns.size());
      if (fresh) columns.push_back(c);
      slots.push_back(slot->second);
    }
  }
};

std::vector<Segment> CutSegments(const Layout& layout, std::span<const RankNumber> to,
                                 size_t row_bytes) {
  const size_t most = std::clamp(kRoundBytes / row_bytes, kLeastSegmentRows, kMostSegmentRows);
  std::vector<Segment> segments;
  size_t mixed = 0;  // where the rows begin that no segment has yet
  const auto cut_mixed = [&](size_t end) {
    const size_t count = (end - mixed + most - 1) / most;
    for (size_t i = 0; i < count; ++i) {
      segments.push_back({.begin = mixed + (end - mixed) * i / count,
                          .end = mixed + (end - mixed) * (i + 1) / count});
    }
  };
  for (size_t c = 0; c < layout.chunks(); ++c) {
    const auto begin = static_cast<size_t>(layout.ChunkStart(c));
    const auto end = static_cast<size_t>(layout.ChunkStart(c + 1));
    if (end - begin < kLeastSegmentRows || end - begin > most) continue;
    const auto rows = to.subspan(begin, end - begin);
    if (!std::all_of(rows.begin(), rows.end(), [&](RankNumber r) { return r == rows[0]; })) {
      continue;
    }
    cut_mixed(begin);
    segments.push_back({.begin = begin, .end = end, .whole = true, .chunk = c});
    mixed = end;
  }
  cut_mixed(to.size());
  return segments;
}

template <class Cell, class Encode>
void CutCells(const Frame& part, size_t column, const Segment& segment,
              std::span<const RankNumber> to, Encode encode, std::span<ChunkPtr> pieces) {
  const size_t rows = segment.end - segment.begin;
  std::vector<Cell> cells(rows);
  ReadCells(part, column, static_cast<int64_t>(segment.begin), std::span(cells));
  const auto targets = to.subspan(segment.begin, rows);
  std::vector<size_t> next(pieces.size() + 1);
  for (const RankNumber rank : targets) ++next[rank + 1];
  for (size_t r = 0; r < pieces.size(); ++r) next[r + 1] += next[r];
  const std::vector<size_t> begins = next;
  std::vector<Cell> sorted(rows);
  for (size_t i = 0; i < rows; ++i) sorted[next[targets[i]]++] = cells[i];
  for (size_t r = 0; r < pieces.size(); ++r) {
    const size_t size = begins[r + 1] - begins[r];
    if (size > 0) pieces[r] = encode(std::span<const Cell>(sorted).subspan(begins[r], size));
  }
}

// pieces[r]: what goes to rank r of one column; null where nothing does.
void CutColumn(const Frame& part, size_t column, const Segment& segment,
               std::span<const RankNumber> to, std::span<ChunkPtr> pieces) {
  if (segment.whole) {
    pieces[to[segment.begin]] = part.column(column).chunk_ptr(segment.chunk);
    return;
  }
  switch (part.column(column).type()) {
    case ColumnType::kReal:
      return CutCells<double>(
          part, column, segment, to, [](std::span<const double> c) { return EncodeReals(c); },
          pieces);
    case ColumnType::kString:
      return CutCells<std::string_view>(
          part, column, segment, to,
          [](std::span<const std::string_view> c) { return EncodeStrings(c); }, pieces);
    case ColumnType::kUuid:
      return CutCells<Uuid>(
          part, column, segment, to, [](std::span<const Uuid> c) { return EncodeUuids(c); },
          pieces);
    default:
      return CutCells<int64_t>(
          part, column, segment, to, [](std::span<const int64_t> c) { return EncodeIntegers(c); },
          pieces);
  }
}

template <class T>
std::string BytesOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

template <class T>
T TakeValue(std::string_view& bytes) {
  T value;
  Check(bytes.size() >= sizeof(T), "a message between ranks is cut off");
  std::memcpy(&value, bytes.data(), sizeof(T));
  bytes.remove_prefix(sizeof(T));
  return value;
}

size_t MostOfAll(size_t mine, Communicator& ranks) {
  size_t most = 0;
  for (const std::string& theirs : ranks.AllGather(BytesOf(mine))) {
    std::string_view bytes = theirs;
    most = std::max(most, TakeValue<size_t>(bytes));
  }
  return most;
}

// The sorting out of some segments, and what came of the others' in the same round.
class Exchange {
 public:
  Exchange(const Frame& part, std::span<const RankNumber> to, Communicator& ranks, ThreadPool& pool)
      : part_(part),
        to_(to),
        ranks_(ranks),
        pool_(pool),
        size_(static_cast<size_t>(ranks.size())),
        me_(static_cast<size_t>(ranks.rank())),
        distinct_(part),
        received_(size_) {}

  void Round(std::span<const Segment> segments) {
    CancelScope::ThrowIfCancelled();
    const size_t columns = distinct_.columns.size();
    // Of each segment, column and rank.
    std::vector<ChunkPtr> chunks(segments.size() * columns * size_);
    pool_.Run(segments.size() * columns, [&](size_t task, size_t) {
      CutColumn(part_, distinct_.columns[task % columns], segments[task / columns], to_,
                std::span(chunks).subspan(task * size_, size_));
    });
    std::vector<std::string> messages(size_);
    for (size_t s = 0; s < segments.size(); ++s) {
      for (size_t rank = 0; rank < size_; ++rank) {
        const auto chunk = [&](size_t c) -> ChunkPtr& {
          return chunks[(s * columns + c) * size_ + rank];
        };
        if (!chunk(0)) continue;
        if (rank == me_) received_[me_].emplace_back(columns);
        for (size_t c = 0; c < columns; ++c) {
          if (rank == me_) {
            received_[me_].back()[c] = std::move(chunk(c));
          } else {
            AppendChunkBytes(*chunk(c), messages[rank]);
            chunk(c) = ChunkPtr();
          }
        }
      }
    }
    const std::vector<std::string> all = ranks_.AllToAll(std::move(messages));
    for (size_t rank = 0; rank < size_; ++rank) {
      for (std::string_view bytes = all[rank]; !bytes.empty();) {
        Piece& piece = received_[rank].emplace_back();
        for (size_t c = 0; c < columns; ++c) piece.push_back(TakeChunk(bytes));
      }
    }
  }

  Frame Result() {
    std::vector<int64_t> starts = {0};
    std::vector<std::vector<ChunkPtr>> chunks(distinct_.columns.size());
    for (std::vector<Piece>& pieces : received_) {
      for (Piece& piece : pieces) {
        starts.push_back(starts.back() + piece.front()->rows());
        for (size_t c = 0; c < piece.size(); ++c) chunks[c].push_back(std::move(piece[c]));
      }
      pieces.clear();
    }
    if (starts.size() == 1) {
      starts.push_back(0);
      for (size_t c = 0; c < chunks.size(); ++c) {
        chunks[c].push_back(internal::ChunkOfNoRows(part_.column(distinct_.columns[c]).type()));
      }
    }
    std::vector<ColumnPtr> made;
    for (size_t c = 0; c < chunks.size(); ++c) {
      const Column& source = part_.column(distinct_.columns[c]);
      made.push_back(
          std::make_shared<const Column>(source.type(), std::move(chunks[c]), source.domain()));
    }
    std::vector<ColumnPtr> columns;
    for (const size_t slot : distinct_.slots) columns.push_back(made[slot]);
    return {std::make_shared<const Layout>(starts), part_.names(), std::move(columns)};
  }

 private:
  const Frame& part_;
  const std::span<const RankNumber> to_;
  Communicator& ranks_;
  ThreadPool& pool_;
  const size_t size_;
  const size_t me_;
  const DistinctColumns distinct_;
  std::vector<std::vector<Piece>> received_;  // from each rank
};

}  // namespace

Frame ExchangeRows(const Frame& part, std::span<const RankNumber> to, Communicator& ranks,
                   ThreadPool& pool) {
  Check(part.layout().ranks() == 1, "rows are exchanged of a frame of this rank alone");
  Check(part.columns() > 0, "rows that are exchanged have cells");
  Check(to.size() == static_cast<size_t>(part.rows()), "every row goes to a rank");
  Check(ranks.size() <= std::numeric_limits<RankNumber>::max(), "ranks are numbered in 16 bits");
  Check(std::all_of(to.begin(), to.end(), [&](RankNumber r) { return r < ranks.size(); }),
        "rows go to ranks that are there");
  if (ranks.size() == 1) return part;
  // Long texts take more than the 8 bytes of other cells.
  const size_t row_bytes =
      std::max(8 * part.columns(), part.ByteSize() / std::max<size_t>(1, to.size()));
  const std::vector<Segment> segments = CutSegments(part.layout(), to, row_bytes);
  std::vector<size_t> rounds = {0};  // the first segment of each, and the end
  size_t bytes = 0;
  for (size_t s = 0; s < segments.size(); ++s) {
    const size_t more = (segments[s].end - segments[s].begin) * row_bytes;
    if (s > rounds.back() && bytes + more > kRoundBytes) {
      rounds.push_back(s);
      bytes = 0;
    }
    bytes += more;
  }
  if (!segments.empty()) rounds.push_back(segments.size());
  Exchange exchange(part, to, ranks, pool);
  const size_t most = MostOfAll(rounds.size() - 1, ranks);
  for (size_t round = 0; round < most; ++round) {
    const size_t begin = rounds[std::min(round, rounds.size() - 1)];
    const size_t end = rounds[std::min(round + 1, rounds.size() - 1)];
    exchange.Round(std::span(segments).subspan(begin, end - begin));
  }
  return exchange.Result();
}

std::vector<int64_t> ReturnToSenders(std::span<const int64_t> values,
                                     std::span<const RankNumber> to, Communicator& ranks) {
  const auto size = static_cast<size_t>(ranks.size());
  if (size == 1) return {values.begin(), values.end()};
  // How many rows came from whom: what each of them sent here.
  std::vector<uint64_t> sent(size);
  for (const RankNumber rank : to) ++sent[rank];
  std::vector<std::string> messages;
  for (const uint64_t count : sent) messages.push_back(BytesOf(count));
  const std::vector<std::string> counts = ranks.AllToAll(std::move(messages));
  messages.assign(size, {});
  size_t at = 0;
  for (size_t rank = 0; rank < size; ++rank) {
    std::string_view bytes = counts[rank];
    const auto count = static_cast<size_t>(TakeValue<uint64_t>(bytes));
    Check(at + count <= values.size(), "a value for every row that came");
    for (size_t done = 0; done < count; done += kReturnedBlock) {
      const size_t block = std::min(kReturnedBlock, count - done);
      AppendChunkBytes(*EncodeIntegers(values.subspan(at + done, block)), messages[rank]);
    }
    at += count;
  }
  Check(at == values.size(), "no more values than rows that came");
  const std::vector<std::string> all = ranks.AllToAll(std::move(messages));
  // One reader per rank: its blocks one after the other.
  struct Reader {
    std::string_view bytes;
    std::vector<int64_t> block;
    size_t next = 0;
  };
  std::vector<Reader> readers;
  for (const std::string& theirs : all) readers.push_back({theirs, {}, 0});
  std::vector<int64_t> result;
  result.reserve(to.size());
  for (const RankNumber rank : to) {
    Reader& reader = readers[rank];
    if (reader.next == reader.block.size()) {
      const ChunkPtr chunk = TakeChunk(reader.bytes);
      reader.block.resize(chunk->rows());
      chunk->Decode(0, std::span<int64_t>(reader.block));
      reader.next = 0;
    }
    result.push_back(reader.block[reader.next++]);
  }
  return result;
}

namespace internal {

ChunkPtr ChunkOfNoRows(ColumnType type) {
  if (type == ColumnType::kReal) return EncodeReals({});
  if (type == ColumnType::kString) return EncodeStrings({});
  if (type == ColumnType::kUuid) return EncodeUuids({});
  return EncodeIntegers({});
}

}  // namespace internal
}  // namespace thalweg
