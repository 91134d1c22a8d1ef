#include "frame/encodings/bit_packed.h"

#include <algorithm>
#include <array>
#include <vector>

#include "frame/encodings/bit_array.h"
#include "frame/encodings/chunk_access.h"
#include "frame/encodings/exact_division.h"
#include "kernels/decimal.h"
#include "kernels/unpack.h"

namespace thalweg::internal {
namespace {

int Width(const CellStats& stats, uint32_t divisor) {
  // Codes 0 … range, and one more where cells are missing. The range of an int64 with its smallest
  // value taken out leaves room for that one.
  const uint64_t range = static_cast<uint64_t>(stats.max) - static_cast<uint64_t>(stats.min);
  return std::max(1, BitWidth(range / divisor + (stats.missing > 0 ? 1 : 0)));
}

// The divisor that is worth its multiplication.
uint32_t DivisorOf(Analysis& cells) {
  constexpr int kFewBits = 8;
  const int plain = Width(cells.stats(), 1);
  if (plain <= kFewBits) return 1;
  const uint32_t divisor = cells.divisor();
  return 4 * Width(cells.stats(), divisor) <= 3 * plain ? divisor : 1;
}

PackedIntegers View(const Chunk& chunk) {
  return {.words = ChunkAccess::Payload(chunk),
          .size = chunk.rows(),
          .width = ChunkAccess::Width(chunk),
          .bias = ChunkAccess::Bias(chunk),
          .scale = ChunkAccess::Scale(chunk),
          .has_missing = chunk.missing() > 0};
}

// Codes alone, neither bias nor scale applied.
PackedIntegers Codes(const Chunk& chunk) {
  PackedIntegers view = View(chunk);
  view.bias = 0;
  view.scale = 0;
  return view;
}

std::optional<uint64_t> Estimate(Analysis& cells) {
  if (!cells.scaled()) return std::nullopt;
  return PackedBytes(cells.stats().rows, Width(cells.stats(), DivisorOf(cells)));
}

ChunkPtr Compress(Analysis& cells) {
  const CellStats& stats = cells.stats();
  const uint32_t divisor = DivisorOf(cells);
  const int width = Width(stats, divisor);
  const uint8_t integral = stats.integral ? kFlagIntegral : 0;
  Chunk* chunk = ChunkAccess::Make({.encoding = EncodingId::kBitPacked,
                                    .rows = stats.rows,
                                    .missing = stats.missing,
                                    .bias = stats.min,
                                    .width = static_cast<uint8_t>(width),
                                    .scale = static_cast<uint8_t>(cells.scale()),
                                    .flags = integral,
                                    .extra = divisor == 1 ? 0 : divisor},
                                   PackedBytes(stats.rows, width));
  if (divisor == 1) {
    PackIntegers(cells.mantissas(), stats.min, width, ChunkAccess::Payload(chunk));
    return ChunkPtr(chunk);
  }
  std::vector<int64_t> codes(cells.mantissas().begin(), cells.mantissas().end());
  const ExactDivision division(divisor);
  for (int64_t& code : codes) {
    if (code == kMissingInt) continue;
    code = static_cast<int64_t>(division.Quotient(static_cast<uint64_t>(code - stats.min)));
  }
  PackIntegers(codes, 0, width, ChunkAccess::Payload(chunk));
  return ChunkPtr(chunk);
}

// From codes, NaN where missing: all steps but the division are exact, as mantissas are below 2^52.
void ApplyDivisor(const Chunk& chunk, std::span<double> cells) {
  const auto divisor = static_cast<double>(ChunkAccess::Extra(chunk));
  const auto bias = static_cast<double>(ChunkAccess::Bias(chunk));
  const int scale = ChunkAccess::Scale(chunk);
  if (scale == 0) {
    for (double& cell : cells) cell = cell * divisor + bias;
    return;
  }
  const double power = kPowersOfTen[static_cast<size_t>(scale)];
  for (double& cell : cells) cell = (cell * divisor + bias) / power;
}

void DecodeDoubles(const Chunk& chunk, size_t begin, std::span<double> out) {
  if (ChunkAccess::Extra(chunk) == 0) return UnpackDoubles(View(chunk), begin, out);
  UnpackDoubles(Codes(chunk), begin, out);
  ApplyDivisor(chunk, out);
}

void DecodeFloats(const Chunk& chunk, size_t begin, std::span<float> out) {
  if (ChunkAccess::Extra(chunk) == 0) return UnpackFloats(View(chunk), begin, out);
  std::array<double, 512> block;
  for (size_t done = 0; done < out.size(); done += block.size()) {
    const auto cells = std::span(block).first(std::min(block.size(), out.size() - done));
    DecodeDoubles(chunk, begin + done, cells);
    for (size_t i = 0; i < cells.size(); ++i) out[done + i] = static_cast<float>(cells[i]);
  }
}

void DecodeInts(const Chunk& chunk, size_t begin, std::span<int64_t> out) {
  if (ChunkAccess::Extra(chunk) == 0) return UnpackInts(View(chunk), begin, out);
  UnpackInts(Codes(chunk), begin, out);
  const auto divisor = static_cast<int64_t>(ChunkAccess::Extra(chunk));
  const int64_t bias = ChunkAccess::Bias(chunk);
  for (int64_t& cell : out) cell = cell == kMissingInt ? kMissingInt : cell * divisor + bias;
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
