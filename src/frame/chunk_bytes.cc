#include "frame/chunk_bytes.h"

#include <cstring>

#include "base/error.h"
#include "frame/encodings/chunk_access.h"

namespace thalweg {
namespace {

struct Front {
  ChunkAccess::Header header;
  uint64_t payload_bytes = 0;
};

}  // namespace

void AppendChunkBytes(const Chunk& chunk, std::string& out) {
  const Front front = {{.encoding = chunk.encoding(),
                        .rows = chunk.rows(),
                        .missing = chunk.missing(),
                        .bias = ChunkAccess::Bias(chunk),
                        .width = static_cast<uint8_t>(ChunkAccess::Width(chunk)),
                        .scale = static_cast<uint8_t>(ChunkAccess::Scale(chunk)),
                        .flags = ChunkAccess::Flags(chunk),
                        .extra = ChunkAccess::Extra(chunk)},
                       ChunkAccess::PayloadBytes(chunk)};
  char bytes[sizeof(Front)];
  std::memcpy(bytes, &front, sizeof(Front));
  out.append(bytes, sizeof(Front));
  out.append(reinterpret_cast<const char*>(ChunkAccess::Payload(chunk)), front.payload_bytes);
}

ChunkPtr TakeChunk(std::string_view& bytes) {
  Front front;
  Check(bytes.size() >= sizeof(Front), "a chunk's bytes are cut off");
  std::memcpy(&front, bytes.data(), sizeof(Front));
  bytes.remove_prefix(sizeof(Front));
  Check(bytes.size() >= front.payload_bytes, "a chunk's bytes are cut off");
  Chunk* chunk = ChunkAccess::Make(front.header, front.payload_bytes);
  const ChunkPtr owner(chunk);
  std::memcpy(ChunkAccess::Payload(chunk), bytes.data(), front.payload_bytes);
  bytes.remove_prefix(front.payload_bytes);
  return owner;
}

}  // namespace thalweg
