// A compact array of numbers that are read one by one or some together: the values of sparse and
// run-length chunks.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

#include "frame/encodings/bit_array.h"
#include "frame/encodings/chunk_access.h"
#include "frame/types.h"
#include "kernels/decimal.h"
#include "kernels/unpack.h"
#include "kernels/unpack_bits.h"

namespace thalweg::internal {

// How numbers are written: mantissas less the least one as a bit array (all ones where missing, if
// any is), or float or double bits (width 32 or 64).
struct ValueFormat {
  bool real = false;
  int width = 0;  // 0 … 57 for mantissas
  int64_t bias = 0;
  bool has_missing = false;

  uint64_t Bytes(uint64_t count) const {
    return real ? count * static_cast<uint64_t>(width / 8) : BitArrayBytes(count, width);
  }
};

// The format for mantissas of a range; nothing where they need more than 57 bits.
inline std::optional<ValueFormat> MantissaFormat(int64_t min, int64_t max, bool has_missing) {
  const uint64_t range = static_cast<uint64_t>(max) - static_cast<uint64_t>(min);
  if (range >> 56 != 0) return std::nullopt;
  return ValueFormat{.real = false,
                     .width = BitWidth(range + (has_missing ? 1 : 0)),
                     .bias = min,
                     .has_missing = has_missing};
}

inline ValueFormat RealFormat(bool floats) {
  return {.real = true, .width = floats ? 32 : 64, .bias = 0, .has_missing = false};
}

inline uint64_t MantissaCode(const ValueFormat& format, int64_t value) {
  return value == kMissingInt ? (uint64_t{1} << format.width) - 1
                              : static_cast<uint64_t>(value) - static_cast<uint64_t>(format.bias);
}

inline void WriteReal(std::byte* out, const ValueFormat& format, uint64_t index, double value) {
  if (std::isnan(value)) value = kMissingReal;
  if (format.width == 32) {
    const auto narrow = static_cast<float>(value);
    std::memcpy(out + index * sizeof(narrow), &narrow, sizeof(narrow));
  } else {
    std::memcpy(out + index * sizeof(value), &value, sizeof(value));
  }
}

// Readers of one entry, as integers or reals. `end`: of what may be read.
template <bool kScaled>
struct MantissaReader {
  MantissaReader(const std::byte* values, const std::byte* values_end, const ValueFormat& format,
                 int number_scale)
      : array(values),
        end(values_end),
        width(format.width),
        scale(number_scale),
        bias(format.bias),
        power(kPowersOfTen[static_cast<size_t>(scale)]),
        missing(format.has_missing ? (uint64_t{1} << format.width) - 1 : kNone) {}

  int64_t Int(uint64_t index) const { return IntOf(ReadBits(array, width, index)); }
  double Real(uint64_t index) const { return RealOf(ReadBits(array, width, index)); }

  int64_t IntOf(uint64_t code) const {
    return code == missing ? kMissingInt : static_cast<int64_t>(code + static_cast<uint64_t>(bias));
  }
  double RealOf(uint64_t code) const {
    if (code == missing) return kMissingReal;
    const auto value = static_cast<double>(IntOf(code));
    return kScaled ? value / power : value;
  }

  static constexpr uint64_t kNone = ~uint64_t{0};
  const std::byte* array;
  const std::byte* end;
  int width;
  int scale;
  int64_t bias;
  double power;
  uint64_t missing;
};

template <class T>
struct RealReader {
  const std::byte* array;

  double Real(uint64_t index) const {
    T value;
    std::memcpy(&value, array + index * sizeof(value), sizeof(value));
    return value;
  }
  int64_t Int(uint64_t index) const {
    const double value = Real(index);
    return std::isnan(value) ? kMissingInt : static_cast<int64_t>(value);
  }
};

// Entry `index` as a double, float or int64.
template <class T, class Reader>
T ReadValue(const Reader& reader, uint64_t index) {
  if constexpr (std::is_same_v<T, int64_t>) {
    return reader.Int(index);
  } else {
    return static_cast<T>(reader.Real(index));
  }
}

// Calls put(i, entry first + i) for i = 0 … count - 1; at most kBitBatch entries.
template <class T, class Reader, class Put>
void ReadValues(const Reader& reader, uint64_t first, size_t count, Put put) {
  for (size_t i = 0; i < count; ++i) put(i, ReadValue<T>(reader, first + i));
}

template <class T, bool kScaled, class Put>
void ReadValues(const MantissaReader<kScaled>& reader, uint64_t first, size_t count, Put put) {
  constexpr int64_t kMaxBias = int64_t{1} << 52;
  if (reader.width > kMaxBatchWidth || reader.bias < -kMaxBias || reader.bias > kMaxBias) {
    for (size_t i = 0; i < count; ++i) put(i, ReadValue<T>(reader, first + i));
    return;
  }
  std::array<uint32_t, kBitBatch> codes;
  UnpackBits({.bytes = reader.array, .end = reader.end, .width = reader.width}, first, count,
             codes);
  if constexpr (std::is_same_v<T, int64_t>) {
    for (size_t i = 0; i < count; ++i) put(i, reader.IntOf(codes[i]));
  } else {
    std::array<T, kBitBatch> values;
    const PackedIntegers format = {.width = reader.width,
                                   .bias = reader.bias,
                                   .scale = reader.scale,
                                   .has_missing = reader.missing != reader.kNone};
    CodesToReals(format, count, codes.data(), values.data());
    for (size_t i = 0; i < count; ++i) put(i, values[i]);
  }
}

// Calls use(reader) with the reader of a format.
template <class Use>
auto WithReader(const std::byte* array, const std::byte* end, const ValueFormat& format, int scale,
                Use use) {
  if (!format.real && scale == 0) return use(MantissaReader<false>(array, end, format, scale));
  if (!format.real) return use(MantissaReader<true>(array, end, format, scale));
  if (format.width == 32) return use(RealReader<float>{array});
  return use(RealReader<double>{array});
}

}  // namespace thalweg::internal
