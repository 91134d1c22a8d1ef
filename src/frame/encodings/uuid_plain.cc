#include "frame/encodings/uuid_plain.h"

#include <cstring>

#include "frame/encodings/chunk_access.h"

namespace thalweg::internal {
namespace {

std::optional<uint64_t> Estimate(Analysis& cells) {
  if (cells.kind() != CellKind::kUuid) return std::nullopt;
  return cells.uuids().size_bytes();
}

ChunkPtr Compress(Analysis& cells) {
  const CellStats& stats = cells.stats();
  Chunk* chunk = ChunkAccess::Make(
      {.encoding = EncodingId::kUuidPlain, .rows = stats.rows, .missing = stats.missing},
      cells.uuids().size_bytes());
  if (stats.rows > 0) {
    std::memcpy(ChunkAccess::Payload(chunk), cells.uuids().data(), cells.uuids().size_bytes());
  }
  return ChunkPtr(chunk);
}

void DecodeUuids(const Chunk& chunk, size_t begin, std::span<Uuid> out) {
  if (out.empty()) return;
  std::memcpy(out.data(), ChunkAccess::Payload(chunk) + begin * sizeof(Uuid), out.size_bytes());
}

}  // namespace

const Encoding kUuidPlainEncoding = {.id = EncodingId::kUuidPlain,
                                     .name = "uuid-plain",
                                     .estimate = Estimate,
                                     .compress = Compress,
                                     .decode_uuids = DecodeUuids};

}  // namespace thalweg::internal
