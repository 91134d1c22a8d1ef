// The table of encodings: one row each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "frame/chunk.h"
#include "frame/encodings/analysis.h"

namespace thalweg::internal {

// Functions that an encoding does not have are null. Ranges are checked before they are called.
struct Encoding {
  EncodingId id;
  std::string_view name;
  // Whether an estimate is worth its time, at a small cost; null where it always is.
  bool (*may_pay)(const Analysis& cells) = nullptr;
  // Payload bytes that the cells would take; nothing where the encoding cannot hold them.
  std::optional<uint64_t> (*estimate)(Analysis& cells);
  // Called only after an estimate that was not nothing.
  ChunkPtr (*compress)(Analysis& cells);
  // The estimate counts so many times, in favour of encodings that are read faster.
  double weight = 1;

  // Numeric chunks.
  void (*decode_doubles)(const Chunk& chunk, size_t begin, std::span<double> out) = nullptr;
  void (*decode_floats)(const Chunk& chunk, size_t begin, std::span<float> out) = nullptr;
  void (*decode_ints)(const Chunk& chunk, size_t begin, std::span<int64_t> out) = nullptr;
  // As Chunk::NonZeros; null where going over all cells is the only way.
  size_t (*nonzeros)(const Chunk& chunk, size_t begin, size_t end, std::span<uint32_t> rows,
                     std::span<double> values) = nullptr;

  void (*decode_strings)(const Chunk& chunk, size_t begin,
                         std::span<std::string_view> out) = nullptr;
  void (*decode_uuids)(const Chunk& chunk, size_t begin, std::span<Uuid> out) = nullptr;
};

// In the order of EncodingId.
std::span<const Encoding> Encodings();
inline const Encoding& EncodingOf(EncodingId id) { return Encodings()[static_cast<size_t>(id)]; }

}  // namespace thalweg::internal
