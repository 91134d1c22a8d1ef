// Chunks as bytes, as they travel between ranks of the same program and lie in its data directory
// (server/store/frame_file.h: a change here, or of the numbers of EncodingId, needs a new version
// there). Readers trust what they get.
#pragma once

#include <string>
#include <string_view>

#include "frame/chunk.h"

namespace thalweg {

void AppendChunkBytes(const Chunk& chunk, std::string& out);
// Takes one chunk off the front of `bytes`.
ChunkPtr TakeChunk(std::string_view& bytes);

}  // namespace thalweg
