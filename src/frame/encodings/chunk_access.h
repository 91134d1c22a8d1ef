// The encodings' way into a Chunk: making one, and its raw parts.
#pragma once

#include <cstddef>
#include <cstdint>

#include "frame/chunk.h"

namespace thalweg {

struct ChunkAccess {
  // Everything but the payload. What bias, width, scale, flags and extra mean is the encoding's.
  struct Header {
    EncodingId encoding = EncodingId::kConstant;
    uint32_t rows = 0;
    uint32_t missing = 0;
    int64_t bias = 0;
    uint8_t width = 0;
    uint8_t scale = 0;
    uint8_t flags = 0;
    uint32_t extra = 0;
  };

  // The payload is zero; it is rounded up to whole 8-byte words.
  static Chunk* Make(const Header& header, uint64_t payload_bytes);

  static std::byte* Payload(Chunk* chunk) { return reinterpret_cast<std::byte*>(chunk + 1); }
  static const std::byte* Payload(const Chunk& chunk) {
    return reinterpret_cast<const std::byte*>(&chunk + 1);
  }
  static uint64_t PayloadBytes(const Chunk& chunk) { return uint64_t{chunk.payload_words_} * 8; }
  static int64_t Bias(const Chunk& chunk) { return chunk.bias_; }
  static int Width(const Chunk& chunk) { return chunk.width_; }
  static int Scale(const Chunk& chunk) { return chunk.scale_; }
  static uint8_t Flags(const Chunk& chunk) { return chunk.flags_; }
  static uint32_t Extra(const Chunk& chunk) { return chunk.extra_; }

  // One allocation holds header and payload.
  static void Free(const Chunk* chunk);
};

namespace internal {

// Flags that mean the same in every encoding. The upper bits are the encoding's own.
inline constexpr uint8_t kFlagReal = 1;      // cells are float or double bits, not scaled integers
inline constexpr uint8_t kFlagIntegral = 2;  // every cell is an integer that fits an int64

}  // namespace internal
}  // namespace thalweg
