#include "frame/encodings/floating.h"

#include <cmath>

#include "frame/encodings/chunk_access.h"
#include "kernels/decimal.h"

namespace thalweg::internal {
namespace {

template <class T>
std::optional<uint64_t> Estimate(Analysis& cells) {
  const CellStats& stats = cells.stats();
  if (cells.scaled()) {
    // Scaled integers that are all doubles; the scale is not kept.
    const bool exact = stats.min >= -kMaxMantissa && stats.max <= kMaxMantissa;
    if (!exact || sizeof(T) == sizeof(float)) return std::nullopt;
  } else if (!cells.numeric() || (sizeof(T) == sizeof(float) && !stats.floats)) {
    return std::nullopt;
  }
  return uint64_t{stats.rows} * sizeof(T);
}

template <class T>
ChunkPtr Compress(Analysis& cells) {
  const CellStats& stats = cells.stats();
  const uint8_t integral = stats.integral ? kFlagIntegral : 0;
  Chunk* chunk = ChunkAccess::Make(
      {.encoding = sizeof(T) == sizeof(float) ? EncodingId::kFloat : EncodingId::kDouble,
       .rows = stats.rows,
       .missing = stats.missing,
       .flags = static_cast<uint8_t>(kFlagReal | integral)},
      uint64_t{stats.rows} * sizeof(T));
  T* out = reinterpret_cast<T*>(ChunkAccess::Payload(chunk));
  if (cells.scaled()) {
    const std::span<const int64_t> mantissas = cells.mantissas();
    for (size_t i = 0; i < stats.rows; ++i) {
      const int64_t m = mantissas[i];
      out[i] = static_cast<T>(m == kMissingInt ? kMissingReal : DecimalValue(m, cells.scale()));
    }
  } else {
    const std::span<const double> reals = cells.reals();
    for (size_t i = 0; i < stats.rows; ++i) {
      out[i] = static_cast<T>(std::isnan(reals[i]) ? kMissingReal : reals[i]);
    }
  }
  return ChunkPtr(chunk);
}

template <class T, class Out>
void Decode(const Chunk& chunk, size_t begin, std::span<Out> out) {
  const T* cells = reinterpret_cast<const T*>(ChunkAccess::Payload(chunk)) + begin;
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<Out>(cells[i]);
}

template <class T>
void DecodeInts(const Chunk& chunk, size_t begin, std::span<int64_t> out) {
  const T* cells = reinterpret_cast<const T*>(ChunkAccess::Payload(chunk)) + begin;
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = std::isnan(cells[i]) ? kMissingInt : static_cast<int64_t>(cells[i]);
  }
}

}  // namespace

const Encoding kFloatEncoding = {.id = EncodingId::kFloat,
                                 .name = "float",
                                 .estimate = Estimate<float>,
                                 .compress = Compress<float>,
                                 .decode_doubles = Decode<float, double>,
                                 .decode_floats = Decode<float, float>,
                                 .decode_ints = DecodeInts<float>};

const Encoding kDoubleEncoding = {.id = EncodingId::kDouble,
                                  .name = "double",
                                  .estimate = Estimate<double>,
                                  .compress = Compress<double>,
                                  .decode_doubles = Decode<double, double>,
                                  .decode_floats = Decode<double, float>,
                                  .decode_ints = DecodeInts<double>};

}  // namespace thalweg::internal
