#include "frame/encodings/bit_packed.h"

#include <algorithm>

#include "frame/encodings/bit_array.h"
#include "frame/encodings/chunk_access.h"
#include "kernels/unpack.h"

namespace thalweg::internal {
namespace {

int Width(const CellStats& stats) {
  // Codes 0 … range, and one more where cells are missing. The range of an int64 with its smallest
  // value taken out leaves room for that one.
  const uint64_t range = static_cast<uint64_t>(stats.max) - static_cast<uint64_t>(stats.min);
  return std::max(1, BitWidth(range + (stats.missing > 0 ? 1 : 0)));
}

PackedIntegers View(const Chunk& chunk) {
  return {.words = ChunkAccess::Payload(chunk),
          .size = chunk.rows(),
          .width = ChunkAccess::Width(chunk),
          .bias = ChunkAccess::Bias(chunk),
          .scale = ChunkAccess::Scale(chunk),
          .has_missing = chunk.missing() > 0};
}

std::optional<uint64_t> Estimate(Analysis& cells) {
  if (!cells.scaled()) return std::nullopt;
  return PackedBytes(cells.stats().rows, Width(cells.stats()));
}

ChunkPtr Compress(Analysis& cells) {
  const CellStats& stats = cells.stats();
  const int width = Width(stats);
  const uint8_t integral = stats.integral ? kFlagIntegral : 0;
  Chunk* chunk = ChunkAccess::Make({.encoding = EncodingId::kBitPacked,
                                    .rows = stats.rows,
                                    .missing = stats.missing,
                                    .bias = stats.min,
                                    .width = static_cast<uint8_t>(width),
                                    .scale = static_cast<uint8_t>(cells.scale()),
                                    .flags = integral},
                                   PackedBytes(stats.rows, width));
  PackIntegers(cells.mantissas(), stats.min, width, ChunkAccess::Payload(chunk));
  return ChunkPtr(chunk);
}

void DecodeDoubles(const Chunk& chunk, size_t begin, std::span<double> out) {
  UnpackDoubles(View(chunk), begin, out);
}

void DecodeFloats(const Chunk& chunk, size_t begin, std::span<float> out) {
  UnpackFloats(View(chunk), begin, out);
}

void DecodeInts(const Chunk& chunk, size_t begin, std::span<int64_t> out) {
  UnpackInts(View(chunk), begin, out);
}

}  // namespace

const Encoding kBitPackedEncoding = {.id = EncodingId::kBitPacked,
                                     .name = "bit-packed",
                                     .estimate = Estimate,
                                     .compress = Compress,
                                     .decode_doubles = DecodeDoubles,
                                     .decode_floats = DecodeFloats,
                                     .decode_ints = DecodeInts};

}  // namespace thalweg::internal
