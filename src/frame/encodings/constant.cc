#include "frame/encodings/constant.h"

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "frame/encodings/chunk_access.h"
#include "kernels/decimal.h"

namespace thalweg::internal {
namespace {

std::optional<uint64_t> Estimate(Analysis& cells) {
  const CellStats& stats = cells.stats();
  if (stats.missing == stats.rows) return 0;
  if (cells.numeric() && stats.constant()) return 0;
  return std::nullopt;
}

ChunkPtr Compress(Analysis& cells) {
  const CellStats& stats = cells.stats();
  ChunkAccess::Header header{
      .encoding = EncodingId::kConstant, .rows = stats.rows, .missing = stats.missing};
  if (stats.missing == stats.rows) {
    header.flags = kFlagIntegral;
  } else if (cells.scaled()) {
    header.bias = cells.mantissas()[0];
    header.scale = static_cast<uint8_t>(cells.scale());
    header.flags = stats.integral ? kFlagIntegral : 0;
  } else {
    header.bias = std::bit_cast<int64_t>(cells.reals()[0]);
    header.flags = static_cast<uint8_t>(kFlagReal | (stats.integral ? kFlagIntegral : 0));
  }
  return ChunkPtr(ChunkAccess::Make(header, 0));
}

double Value(const Chunk& chunk) {
  if (chunk.missing() != 0) return kMissingReal;
  if (ChunkAccess::Flags(chunk) & kFlagReal) return std::bit_cast<double>(ChunkAccess::Bias(chunk));
  return DecimalValue(ChunkAccess::Bias(chunk), ChunkAccess::Scale(chunk));
}

void DecodeDoubles(const Chunk& chunk, size_t, std::span<double> out) {
  std::fill(out.begin(), out.end(), Value(chunk));
}

void DecodeFloats(const Chunk& chunk, size_t, std::span<float> out) {
  std::fill(out.begin(), out.end(), static_cast<float>(Value(chunk)));
}

void DecodeInts(const Chunk& chunk, size_t, std::span<int64_t> out) {
  int64_t value = kMissingInt;
  if (chunk.missing() == 0) {
    value = ChunkAccess::Flags(chunk) & kFlagReal ? static_cast<int64_t>(Value(chunk))
                                                  : ChunkAccess::Bias(chunk);
  }
  std::fill(out.begin(), out.end(), value);
}

size_t NonZeros(const Chunk& chunk, size_t begin, size_t end, std::span<uint32_t> rows,
                std::span<double> values) {
  const double value = Value(chunk);
  if (value == 0) return 0;
  for (size_t i = begin; i < end; ++i) {
    rows[i - begin] = static_cast<uint32_t>(i);
    values[i - begin] = value;
  }
  return end - begin;
}

void DecodeStrings(const Chunk& chunk, size_t, std::span<std::string_view> out) {
  Check(chunk.missing() == chunk.rows(), "a chunk of numbers is read as strings");
  std::fill(out.begin(), out.end(), std::string_view());
}

void DecodeUuids(const Chunk& chunk, size_t, std::span<Uuid> out) {
  Check(chunk.missing() == chunk.rows(), "a chunk of numbers is read as UUIDs");
  std::fill(out.begin(), out.end(), kMissingUuid);
}

}  // namespace

const Encoding kConstantEncoding = {.id = EncodingId::kConstant,
                                    .name = "constant",
                                    .estimate = Estimate,
                                    .compress = Compress,
                                    .decode_doubles = DecodeDoubles,
                                    .decode_floats = DecodeFloats,
                                    .decode_ints = DecodeInts,
                                    .nonzeros = NonZeros,
                                    .decode_strings = DecodeStrings,
                                    .decode_uuids = DecodeUuids};

}  // namespace thalweg::internal
