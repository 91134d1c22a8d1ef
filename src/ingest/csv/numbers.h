// Numbers in text. The fast forms take the usual spellings in a few nanoseconds; ParseNumber takes
// them all.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace thalweg::internal {

static_assert(std::endian::native == std::endian::little, "digits are read eight at a time");

inline constexpr int kMaxScale = 18;
inline constexpr int64_t kMaxMantissa = int64_t{1} << 53;
inline constexpr std::array<int64_t, 19> kPowersOfTen = {1,
                                                         10,
                                                         100,
                                                         1000,
                                                         10000,
                                                         100000,
                                                         1000000,
                                                         10000000,
                                                         100000000,
                                                         1000000000,
                                                         10000000000,
                                                         100000000000,
                                                         1000000000000,
                                                         10000000000000,
                                                         100000000000000,
                                                         1000000000000000,
                                                         10000000000000000,
                                                         100000000000000000,
                                                         1000000000000000000};

inline uint64_t LoadEight(const char* text) {
  uint64_t word;
  std::memcpy(&word, text, sizeof(word));
  return word;
}

// Whether all eight bytes are digits.
inline bool AreDigits(uint64_t word) {
  return ((word & 0xf0f0f0f0f0f0f0f0) |
          (((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4)) == 0x3333333333333333;
}

// The value of eight digits, the first in the lowest byte.
inline uint64_t EightDigits(uint64_t word) {
  word = (word & 0x0f0f0f0f0f0f0f0f) * 2561 >> 8;
  word = (word & 0x00ff00ff00ff00ff) * 6553601 >> 16;
  return (word & 0x0000ffff0000ffff) * 42949672960001 >> 32;
}

// Whole numbers of up to 16 digits with an optional '-' (but not "-0"). Eight bytes from each of
// text and text + length - 8 … are read; length > 0.
inline bool FastInteger(const char* text, int64_t length, int64_t& value) {
  const int64_t negative = *text == '-' ? 1 : 0;
  text += negative;
  length -= negative;
  uint64_t digits;
  if (length <= 8) {
    if (length <= 0) return false;
    const auto shift = static_cast<unsigned>(64 - 8 * length);
    const uint64_t word =
        (LoadEight(text) << shift) | (shift == 0 ? 0 : 0x3030303030303030 >> (64 - shift));
    if (!AreDigits(word)) return false;
    digits = EightDigits(word);
  } else if (length <= 16) {
    const auto shift = static_cast<unsigned>(64 - 8 * (length - 8));
    const uint64_t high =
        (LoadEight(text) << shift) | (shift == 0 ? 0 : 0x3030303030303030 >> (64 - shift));
    const uint64_t low = LoadEight(text + length - 8);
    if (!AreDigits(high) || !AreDigits(low)) return false;
    digits = EightDigits(high) * 100000000 + EightDigits(low);
  } else {
    return false;
  }
  value = (static_cast<int64_t>(digits) ^ -negative) + negative;
  return (digits != 0) | (negative == 0);
}

// Decimals of up to 16 characters (sign not counted), of the form 12, 12.34, .5 or 5. with at least
// one digit, and not minus zero: value = mantissa / 10^scale. 16 bytes from text are read;
// length > 0.
inline bool FastDecimal(const char* text, int64_t length, char point, int64_t& mantissa,
                        int& scale) {
  const int64_t negative = *text == '-' ? 1 : 0;
  text += negative;
  length -= negative;
  if (length <= 0 || length > 16) return false;
  // A byte 0x80 where the point is.
  const uint64_t points = 0x0101010101010101 * static_cast<uint8_t>(point);
  const auto find = [points](uint64_t word) {
    const uint64_t zero = word ^ points;
    return ~(((zero & 0x7f7f7f7f7f7f7f7f) + 0x7f7f7f7f7f7f7f7f) | zero | 0x7f7f7f7f7f7f7f7f);
  };
  if (length <= 8) {
    // Right-align: the last character in the highest byte, '0' below the first.
    const auto shift = static_cast<unsigned>(64 - 8 * length);
    uint64_t word =
        (LoadEight(text) << shift) | (shift == 0 ? 0 : 0x3030303030303030 >> (64 - shift));
    const uint64_t at = find(word);
    scale = 0;
    if (at != 0) {
      if (length == 1) return false;
      const unsigned byte = (63 - static_cast<unsigned>(std::countl_zero(at))) / 8;
      scale = static_cast<int>(7 - byte);
      // What lies before the point moves up by one character.
      const uint64_t below = (uint64_t{1} << (8 * byte)) - 1;
      word = (word & ~(below << 8 | 0xff)) | ((word & below) << 8) | '0';
    }
    if (!AreDigits(word)) return false;
    const auto value = static_cast<int64_t>(EightDigits(word));
    mantissa = (value ^ -negative) + negative;
    return (value != 0) | (negative == 0);
  }
  using Wide = unsigned __int128;
  Wide word = LoadEight(text);
  word |= static_cast<Wide>(LoadEight(text + 8)) << 64;
  constexpr Wide kZeros = (static_cast<Wide>(0x3030303030303030) << 64) | 0x3030303030303030;
  const auto shift = static_cast<unsigned>(128 - 8 * length);
  if (shift != 0) word = (word << shift) | (kZeros >> (128 - shift));
  const uint64_t in_low = find(static_cast<uint64_t>(word));
  const uint64_t in_high = find(static_cast<uint64_t>(word >> 64));
  scale = 0;
  if ((in_low | in_high) != 0) {
    if (length == 1) return false;
    const unsigned bit = in_high != 0 ? 127 - static_cast<unsigned>(std::countl_zero(in_high))
                                      : 63 - static_cast<unsigned>(std::countl_zero(in_low));
    const unsigned byte = bit / 8;
    scale = static_cast<int>(15 - byte);
    const Wide below = (static_cast<Wide>(1) << (8 * byte)) - 1;
    // What lies before the point moves up by one character.
    const Wide above = byte == 15 ? 0 : word >> (8 * byte + 8) << (8 * byte + 8);
    word = above | ((word & below) << 8) | '0';
  }
  const auto low = static_cast<uint64_t>(word);
  const auto high = static_cast<uint64_t>(word >> 64);
  if (!AreDigits(low) || !AreDigits(high)) return false;
  const auto digits = static_cast<int64_t>(EightDigits(low) * 100000000 + EightDigits(high));
  mantissa = (digits ^ -negative) + negative;
  return (digits != 0) | (negative == 0);
}

struct Number {
  enum class Kind {
    kNone,     // no number
    kInteger,  // `integer`
    kDecimal,  // integer / 10^scale, |integer| <= 2^53, scale 1 … 18, not minus zero
    kReal,     // `real`: exponents, infinities, NaN, minus zero, many digits
  };
  Kind kind = Kind::kNone;
  int64_t integer = 0;
  int scale = 0;
  double real = 0;

  // Correctly rounded. Not for kNone.
  double AsReal() const {
    if (kind == Kind::kReal) return real;
    if (kind == Kind::kInteger) return static_cast<double>(integer);
    return static_cast<double>(integer) /
           static_cast<double>(kPowersOfTen[static_cast<size_t>(scale)]);
  }
};

// The whole of `text`, without the blanks around it: sign, digits with or without the thousands
// set off ("1,234,567" in strict groups of three), fraction, exponent; "inf", "infinity", "nan" in
// any case. With `decimal_comma` point and comma change places.
Number ParseNumber(std::string_view text, bool decimal_comma);

}  // namespace thalweg::internal
