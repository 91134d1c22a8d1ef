#include "jobs/replicas.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/available_memory.h"
#include "base/error.h"
#include "frame/chunk_bytes.h"
#include "mapreduce/exchange.h"

namespace thalweg {
namespace {

// Chunks go in pieces, so that some are on their way while others are packed and unpacked; after a
// round all wait for each other, so that no rank is flooded.
constexpr size_t kRoundBytes = size_t{64} << 20;
constexpr size_t kPieceBytes = size_t{512} << 10;
constexpr size_t kPiecesAhead = 4;
// The first byte of a piece.
constexpr char kMoreFollows = 1;
constexpr char kLastOfRound = 0;

// A column of one of the frames, and its cuts.
struct Part {
  ColumnPtr column;
  const Layout* layout = nullptr;
};

// Columns that stand in several frames, or several times in one, once.
std::vector<Part> DistinctParts(const std::vector<std::shared_ptr<const Frame>>& frames,
                                int ranks) {
  std::vector<Part> parts;
  std::unordered_set<const Column*> seen;
  for (const auto& frame : frames) {
    if (frame->layout().ranks() == 1) continue;
    Check(frame->layout().ranks() == static_cast<size_t>(ranks), "a frame of these ranks");
    for (size_t c = 0; c < frame->columns(); ++c) {
      if (!seen.insert(&frame->column(c)).second) continue;
      parts.push_back({frame->column_ptr(c), &frame->layout()});
    }
  }
  return parts;
}

struct Range {
  size_t begin = 0;
  size_t end = 0;
};

Range ChunksOf(const Part& part, int rank) {
  const auto r = static_cast<size_t>(rank);
  return {part.layout->FirstChunkOf(r), part.layout->FirstChunkOf(r + 1)};
}

bool HasAll(const std::vector<ChunkPtr>& copies, const Range& range) {
  for (size_t i = range.begin; i < range.end; ++i) {
    if (i >= copies.size() || !copies[i]) return false;
  }
  return true;
}

}  // namespace

int HolderOf(int rank, int ranks) {
  Check(ranks >= 2 && rank >= 0 && rank < ranks, "a rank of several");
  return rank + 1 < ranks ? rank + 1 : rank - 1;
}

std::vector<ChunkPtr> Replicas::Of(const ColumnPtr& column) const {
  std::lock_guard lock(mutex_);
  const auto found = held_.find(column.get());
  // A column that is gone may have had the same place.
  if (found == held_.end() || found->second.column.lock() != column) return {};
  return found->second.chunks;
}

void Replicas::Put(const ColumnPtr& column, std::vector<ChunkPtr> chunks) {
  std::lock_guard lock(mutex_);
  held_[column.get()] = {column, std::move(chunks)};
}

void Replicas::Sweep() {
  std::vector<Held> gone;  // ends outside of the lock
  std::lock_guard lock(mutex_);
  for (auto it = held_.begin(); it != held_.end();) {
    if (it->second.column.expired()) {
      gone.push_back(std::move(it->second));
      it = held_.erase(it);
    } else {
      ++it;
    }
  }
}

size_t Replicas::ByteSize() const {
  std::lock_guard lock(mutex_);
  size_t bytes = 0;
  for (const auto& [column, held] : held_) {
    bytes += held.chunks.size() * sizeof(ChunkPtr);
    for (const ChunkPtr& chunk : held.chunks) bytes += chunk ? chunk->ByteSize() : 0;
  }
  return bytes;
}

void Replicas::Complete(const std::vector<std::shared_ptr<const Frame>>& frames,
                        Communicator& ranks) {
  if (ranks.size() == 1) return;
  const std::vector<Part> parts = DistinctParts(frames, ranks.size());
  if (parts.empty()) return;
  const auto size = static_cast<size_t>(ranks.size());
  const int me = ranks.rank();

  // Each holder says which columns it lacks something of.
  std::vector<std::vector<ChunkPtr>> copies;
  for (const Part& part : parts) {
    copies.push_back(Of(part.column));
    copies.back().resize(part.layout->chunks());
  }
  std::vector<std::vector<char>> lacks(size);
  for (int ward = 0; ward < ranks.size(); ++ward) {
    if (ward == me || HolderOf(ward, ranks.size()) != me) continue;
    auto& list = lacks[static_cast<size_t>(ward)];
    for (size_t p = 0; p < parts.size(); ++p) {
      list.push_back(HasAll(copies[p], ChunksOf(parts[p], ward)) ? 0 : 1);
    }
  }
  std::vector<std::vector<char>> wanted = lacks;  // of each ward, by me
  const std::vector<std::vector<char>> asked = Exchange(std::move(lacks), ranks);
  const auto holder = static_cast<size_t>(HolderOf(me, ranks.size()));

  // Holders have about as much as their wards.
  double bytes = 0;
  for (size_t p = 0; p < parts.size(); ++p) {
    const Range range = ChunksOf(parts[p], me);
    for (size_t i = range.begin; i < range.end && asked[holder][p] != 0; ++i) {
      bytes += static_cast<double>(parts[p].column->chunk(i).ByteSize());
    }
  }
  RequireMemory(bytes, "second copies on other ranks (a start with --replicas 0 makes none)");

  // Where this rank's sends stand, and each ward's: column and chunk, both run in the same order.
  struct Cursor {
    size_t part = 0;
    size_t chunk = 0;
  };
  Cursor sent;
  std::vector<Cursor> received(size);
  const auto skip = [&](Cursor& at, const std::vector<char>& which, int owner) {
    while (at.part < parts.size()) {
      const Range range = ChunksOf(parts[at.part], owner);
      if (which[at.part] != 0 && at.chunk < range.end - range.begin) return;
      ++at.part;
      at.chunk = 0;
    }
  };
  const auto some_left = [&] {
    skip(sent, asked[holder], me);
    return sent.part < parts.size();
  };
  const auto send = [&](size_t& room) {
    std::string message(1, kMoreFollows);
    message.reserve(kPieceBytes + kPieceBytes / 4);
    while (message.size() < kPieceBytes && some_left()) {
      const Part& part = parts[sent.part];
      AppendChunkBytes(part.column->chunk(ChunksOf(part, me).begin + sent.chunk), message);
      ++sent.chunk;
    }
    room -= std::min(room, message.size());
    const bool more = room > 0 && some_left();
    if (!more) message[0] = kLastOfRound;
    ranks.Send(static_cast<int>(holder), std::move(message));
    return more;
  };
  const auto receive = [&](size_t ward) {
    const std::string message = ranks.Receive(static_cast<int>(ward));
    std::string_view rest = std::string_view(message).substr(1);
    while (!rest.empty()) {
      Cursor& at = received[ward];
      skip(at, wanted[ward], static_cast<int>(ward));
      Check(at.part < parts.size(), "no more chunks than were asked for");
      const Range range = ChunksOf(parts[at.part], static_cast<int>(ward));
      copies[at.part][range.begin + at.chunk] = TakeChunk(rest);
      ++at.chunk;
    }
    return message[0] == kMoreFollows;
  };
  for (int64_t left = 1; left != 0;) {
    bool sending = true;
    std::vector<size_t> wards;
    for (size_t w = 0; w < size; ++w) {
      if (!wanted[w].empty()) wards.push_back(w);
    }
    size_t room = kRoundBytes;
    for (size_t i = 0; sending || !wards.empty(); ++i) {
      if (sending) sending = send(room);
      if (i < kPiecesAhead) continue;
      std::erase_if(wards, [&](size_t ward) { return !receive(ward); });
    }
    left = some_left() ? 1 : 0;
    ranks.AllReduceSum(std::span<int64_t>(&left, 1));
  }
  for (size_t p = 0; p < parts.size(); ++p) Put(parts[p].column, std::move(copies[p]));
}

}  // namespace thalweg
