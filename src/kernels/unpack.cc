#include "kernels/unpack.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "kernels/decimal.h"
#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/unpack.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace thalweg::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr size_t kLanes = 16;
constexpr int64_t kMissing = std::numeric_limits<int64_t>::min();

using D64 = hn::CappedTag<double, kLanes>;
using DI64 = hn::RebindToSigned<D64>;
using DU64 = hn::RebindToUnsigned<D64>;
using DHalfI32 = hn::Rebind<int32_t, D64>;
using DHalfU32 = hn::Rebind<uint32_t, D64>;
using DHalfF32 = hn::Rebind<float, D64>;
using DF32 = hn::CappedTag<float, kLanes>;
using DI32 = hn::RebindToSigned<DF32>;
using DU32 = hn::RebindToUnsigned<DF32>;

uint64_t AllOnes(int width) { return width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1; }

// Where one row of 16 values lies: `shift` bits into the words at `low`, going on in those at
// `high` (the same words where the row ends in them: what is shifted in then lies above the mask).
struct Row {
  const uint32_t* low;
  const uint32_t* high;
  int shift;
};

// As a block of 32 rows takes `width` words of each lane, bits go on from block to block.
HWY_INLINE Row FindRow(const std::byte* words, size_t width, size_t row) {
  const size_t bit = row * width;
  const auto* low = reinterpret_cast<const uint32_t*>(words) + bit / 32 * kLanes;
  const size_t shift = bit % 32;
  return {low, shift + width > 32 ? low + kLanes : low, static_cast<int>(shift)};
}

template <class D>
HWY_INLINE hn::VFromD<D> Codes(D d, const Row& row, hn::VFromD<D> mask, size_t lane) {
  const auto low = hn::ShiftRightSame(hn::LoadU(d, row.low + lane), row.shift);
  const auto high = hn::ShiftLeftSame(hn::LoadU(d, row.high + lane), (32 - row.shift) & 31);
  return hn::And(hn::Or(low, high), mask);
}

// Bits of the largest magnitude that codes can stand for.
int MagnitudeBits(const PackedIntegers& p) {
  const auto least = static_cast<uint64_t>(p.bias);
  const uint64_t most = least + AllOnes(p.width);
  const auto bits = [](uint64_t v) { return std::bit_width(v >> 63 == 0 ? v : uint64_t{0} - v); };
  return std::max(bits(least), bits(most));
}

// What becomes of mantissas: themselves, or their quotients by a power of ten (kernels/decimal.h)
// by two products, or by division where the products are not exact enough.
struct Whole {
  explicit Whole(const PackedIntegers&) {}
  HWY_INLINE hn::VFromD<D64> operator()(hn::VFromD<D64> m) const { return m; }
};

#if HWY_NATIVE_FMA
struct Products {
  explicit Products(const PackedIntegers& p)
      : reciprocal(kReciprocals[static_cast<size_t>(p.scale)]) {}
  HWY_INLINE hn::VFromD<D64> operator()(hn::VFromD<D64> m) const {
    const D64 d;
    return hn::MulAdd(m, hn::Set(d, reciprocal.high), hn::Mul(m, hn::Set(d, reciprocal.low)));
  }
  Reciprocal reciprocal;
};
#else
struct Products {
  explicit Products(const PackedIntegers& p)
      : reciprocal(ShortReciprocal(MagnitudeBits(p), p.scale)) {}
  HWY_INLINE hn::VFromD<D64> operator()(hn::VFromD<D64> m) const {
    const D64 d;
    return hn::Add(hn::Mul(m, hn::Set(d, reciprocal.high)), hn::Mul(m, hn::Set(d, reciprocal.low)));
  }
  Reciprocal reciprocal;
};

struct Division {
  explicit Division(const PackedIntegers& p) : power(kPowersOfTen[static_cast<size_t>(p.scale)]) {}
  HWY_INLINE hn::VFromD<D64> operator()(hn::VFromD<D64> m) const {
    return hn::Div(m, hn::Set(D64(), power));
  }
  double power;
};
#endif

// Calls use(one of them).
template <class Use>
void WithQuotient(const PackedIntegers& p, Use use) {
  if (p.scale == 0) {
    use(Whole(p));
    return;
  }
#if !HWY_NATIVE_FMA
  if (!HasShortReciprocal(MagnitudeBits(p), p.scale)) {
    use(Division(p));
    return;
  }
#endif
  use(Products(p));
}

HWY_INLINE void Put(hn::VFromD<D64> values, double* out) { hn::StoreU(values, D64(), out); }
HWY_INLINE void Put(hn::VFromD<D64> values, float* out) {
  hn::StoreU(hn::DemoteTo(DHalfF32(), values), DHalfF32(), out);
}

// Each of the following turns a row into 16 values. Which one is taken depends on the packing.

// A number that stands in the low bits of a double of 2^52 or more.
[[maybe_unused]] constexpr double kTwo52 = 0x1p52;
// Upper halves of 2^52 and 2^84.
[[maybe_unused]] constexpr uint32_t kUpperTwo52 = 0x43300000;
[[maybe_unused]] constexpr uint32_t kUpperTwo84 = 0x45300000;

// SSE4 widens two integers at a time, and slowly: it puts the upper half of 2^52 above the codes.
#if HWY_TARGET == HWY_SSE4
constexpr double kNumberOffset = kTwo52;
constexpr int kMaxNarrowWidth = 32;
#else
constexpr double kNumberOffset = 0;
constexpr int kMaxNarrowWidth = 31;
#endif

// At most kMaxNarrowWidth bits, a bias of at most 2^52: the sum is exact.
template <class Out, class Quotient, bool kMayMiss>
struct NarrowReals {
  // Codes that take `word_width` bits each in `code_words`.
  NarrowReals(const PackedIntegers& p, const std::byte* code_words, size_t word_width)
      : words(code_words),
        width(word_width),
        mask(static_cast<uint32_t>(AllOnes(static_cast<int>(word_width)))),
        missing(static_cast<double>(AllOnes(p.width)) + kNumberOffset),
        bias(static_cast<double>(p.bias) - kNumberOffset),
        quotient(p) {}

  HWY_INLINE void operator()(size_t row_number, Out* out) const {
    const D64 d;
    const Row row = FindRow(words, width, row_number);
#if HWY_TARGET == HWY_SSE4
    const DU32 du;
    const auto upper = hn::Set(du, kUpperTwo52);
    for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(du)) {
      const auto codes = Codes(du, row, hn::Set(du, mask), lane);
      Finish(hn::BitCast(d, hn::InterleaveLower(du, codes, upper)), out + lane);
      Finish(hn::BitCast(d, hn::InterleaveUpper(du, codes, upper)), out + lane + hn::Lanes(d));
    }
#else
    const DHalfU32 du;
    for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(d)) {
      const auto codes = Codes(du, row, hn::Set(du, mask), lane);
      Finish(hn::PromoteTo(d, hn::BitCast(DHalfI32(), codes)), out + lane);
    }
#endif
  }

  // Codes plus kNumberOffset.
  HWY_INLINE void Finish(hn::VFromD<D64> numbers, Out* out) const {
    const D64 d;
    auto values = hn::Add(numbers, hn::Set(d, bias));
    values = quotient(values);
    if constexpr (kMayMiss) {
      const auto nan = hn::Set(d, std::numeric_limits<double>::quiet_NaN());
      values = hn::IfThenElse(hn::Eq(numbers, hn::Set(d, missing)), nan, values);
    }
    Put(values, out);
  }

  const std::byte* words;
  size_t width;
  uint32_t mask;
  double missing;
  double bias;
  Quotient quotient;
};

// Where no instruction converts 64-bit integers to doubles.
#undef THALWEG_TWO_PLANE_REALS
#if HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_AVX2
#define THALWEG_TWO_PLANE_REALS 1
#else
#define THALWEG_TWO_PLANE_REALS 0
#endif

#if THALWEG_TWO_PLANE_REALS
// 33 … 52 bits from two planes, a bias of at most 2^52. The codes of the lower plane become the low
// bits of 2^52, those of the upper plane the low bits of 2^84, where they count 2^32 each.
template <class Out, class Quotient, bool kMayMiss>
struct TwoPlaneReals {
  explicit TwoPlaneReals(const PackedIntegers& p)
      : upper(p, p.words + PackedBytes(p.size, 32), static_cast<size_t>(p.width - 32)),
        lower_words(reinterpret_cast<const uint32_t*>(p.words)) {}
  HWY_INLINE void operator()(size_t row_number, Out* out) const {
    const D64 d;
    const Row row = FindRow(upper.words, upper.width, row_number);
    const uint32_t* lower_row = lower_words + row_number * kLanes;
#if HWY_TARGET == HWY_SSE4
    const DU32 du;
    const auto two_52 = hn::Set(du, kUpperTwo52);
    const auto two_84 = hn::Set(du, kUpperTwo84);
    for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(du)) {
      const auto low = hn::LoadU(du, lower_row + lane);
      const auto high = Codes(du, row, hn::Set(du, upper.mask), lane);
      Finish(hn::InterleaveLower(du, low, two_52), hn::InterleaveLower(du, high, two_84),
             out + lane);
      Finish(hn::InterleaveUpper(du, low, two_52), hn::InterleaveUpper(du, high, two_84),
             out + lane + hn::Lanes(d));
    }
#else
    const DHalfU32 du;
    const DU64 du64;
    const auto two_52 = hn::Set(du64, uint64_t{kUpperTwo52} << 32);
    const auto two_84 = hn::Set(du64, uint64_t{kUpperTwo84} << 32);
    for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(d)) {
      const auto low = hn::PromoteTo(du64, hn::LoadU(du, lower_row + lane));
      const auto high = hn::PromoteTo(du64, Codes(du, row, hn::Set(du, upper.mask), lane));
      Finish(hn::Or(low, two_52), hn::Or(high, two_84), out + lane);
    }
#endif
  }

  // Both steps are exact.
  template <class V>
  HWY_INLINE void Finish(V low, V high, Out* out) const {
    const D64 d;
    const auto upper_part =
        hn::Sub(hn::BitCast(d, high), hn::Set(d, 0x1p84 + 0x1p52 - kNumberOffset));
    upper.Finish(hn::Add(upper_part, hn::BitCast(d, low)), out);
  }

  NarrowReals<Out, Quotient, kMayMiss> upper;
  const uint32_t* lower_words;
};
#endif

// Values that fit an int32, to floats: rounded once from the integer.
template <bool kMayMiss>
struct NarrowFloats {
  NarrowFloats(const PackedIntegers& p, const std::byte* code_words, size_t word_width)
      : words(code_words),
        width(word_width),
        mask(static_cast<uint32_t>(AllOnes(static_cast<int>(word_width)))),
        ones(static_cast<int32_t>(AllOnes(p.width))),
        bias(static_cast<int32_t>(p.bias)) {}
  HWY_INLINE void operator()(size_t row_number, float* out) const {
    const DF32 d;
    const DI32 di;
    const DU32 du;
    const Row row = FindRow(words, width, row_number);
    for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(d)) {
      const auto codes = hn::BitCast(di, Codes(du, row, hn::Set(du, mask), lane));
      auto values = hn::ConvertTo(d, hn::Add(codes, hn::Set(di, bias)));
      if constexpr (kMayMiss) {
        const auto missing = hn::Eq(codes, hn::Set(di, ones));
        const auto nan = hn::Set(d, std::numeric_limits<float>::quiet_NaN());
        values = hn::IfThenElse(hn::RebindMask(d, missing), nan, values);
      }
      hn::StoreU(values, d, out + lane);
    }
  }
  const std::byte* words;
  size_t width;
  uint32_t mask;
  int32_t ones;
  int32_t bias;
};

// 64-bit codes: up to 32 bits from one plane, or whole words and the bits above them from two.
template <bool kTwoPlanes>
struct WideCodes {
  explicit WideCodes(const PackedIntegers& p)
      : words(p.words),
        width(static_cast<size_t>(kTwoPlanes ? p.width - 32 : p.width)),
        mask(static_cast<uint32_t>(AllOnes(static_cast<int>(width)))),
        planes(kTwoPlanes ? p.words + PackedBytes(p.size, 32) : p.words) {}
  HWY_INLINE hn::VFromD<DU64> Load(size_t row_number, const Row& row, size_t lane) const {
    const DU64 d;
    const DHalfU32 du;
    const auto upper = hn::PromoteTo(d, Codes(du, row, hn::Set(du, mask), lane));
    if constexpr (!kTwoPlanes) return upper;
    const auto* low = reinterpret_cast<const uint32_t*>(words) + row_number * kLanes + lane;
    return hn::Or(hn::PromoteTo(d, hn::LoadU(du, low)), hn::ShiftLeft<32>(upper));
  }
  HWY_INLINE Row Find(size_t row_number) const { return FindRow(planes, width, row_number); }

  const std::byte* words;
  size_t width;
  uint32_t mask;
  const std::byte* planes;
};

template <class Out, bool kTwoPlanes, class Quotient>
struct WideReals {
  explicit WideReals(const PackedIntegers& p)
      : load(p), ones(AllOnes(p.width)), bias(p.bias), has_missing(p.has_missing), quotient(p) {}
  HWY_INLINE void operator()(size_t row_number, Out* out) const {
    const D64 d;
    const DI64 di;
    const Row row = load.Find(row_number);
    for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(d)) {
      const auto codes = load.Load(row_number, row, lane);
      auto values = hn::ConvertTo(d, hn::Add(hn::BitCast(di, codes), hn::Set(di, bias)));
      values = quotient(values);
      if (has_missing) {
        const auto missing = hn::RebindMask(d, hn::Eq(codes, hn::Set(DU64(), ones)));
        const auto nan = hn::Set(d, std::numeric_limits<double>::quiet_NaN());
        values = hn::IfThenElse(missing, nan, values);
      }
      Put(values, out + lane);
    }
  }
  WideCodes<kTwoPlanes> load;
  uint64_t ones;
  int64_t bias;
  bool has_missing;
  Quotient quotient;
};

template <bool kTwoPlanes>
struct Ints {
  explicit Ints(const PackedIntegers& p)
      : load(p), ones(AllOnes(p.width)), bias(p.bias), has_missing(p.has_missing) {}
  HWY_INLINE void operator()(size_t row_number, int64_t* out) const {
    const DI64 di;
    const Row row = load.Find(row_number);
    for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(di)) {
      const auto codes = load.Load(row_number, row, lane);
      auto values = hn::Add(hn::BitCast(di, codes), hn::Set(di, bias));
      if (has_missing) {
        const auto missing = hn::RebindMask(di, hn::Eq(codes, hn::Set(DU64(), ones)));
        values = hn::IfThenElse(missing, hn::Set(di, kMissing), values);
      }
      hn::StoreU(values, di, out + lane);
    }
  }
  WideCodes<kTwoPlanes> load;
  uint64_t ones;
  int64_t bias;
  bool has_missing;
};

template <class Rows, class Out>
void UnpackRange(const Rows& rows, size_t begin, Out* out, size_t size) {
  if (size == 0) return;
  Out row_values[kLanes];
  size_t row = begin / kLanes;
  if (const size_t skip = begin % kLanes; skip != 0) {
    rows(row++, row_values);
    const size_t take = std::min(size, kLanes - skip);
    std::memcpy(out, row_values + skip, take * sizeof(Out));
    out += take;
    size -= take;
  }
  for (; size >= kLanes; size -= kLanes, out += kLanes) rows(row++, out);
  if (size > 0) {
    rows(row, row_values);
    std::memcpy(out, row_values, size * sizeof(Out));
  }
}

bool HasSmallBias(const PackedIntegers& p) {
  constexpr int64_t kMaxBias = int64_t{1} << 52;
  return p.bias >= -kMaxBias && p.bias <= kMaxBias;
}

// Codes of p that take `width` bits each in `words`.
template <class Out>
HWY_NOINLINE void NarrowRange(const PackedIntegers& p, const std::byte* words, size_t width,
                              size_t begin, Out* out, size_t size) {
  WithQuotient(p, [&](auto quotient) HWY_ATTR {
    using Quotient = decltype(quotient);
    if (p.has_missing) {
      UnpackRange(NarrowReals<Out, Quotient, true>(p, words, width), begin, out, size);
    } else {
      UnpackRange(NarrowReals<Out, Quotient, false>(p, words, width), begin, out, size);
    }
  });
}

template <class Out>
HWY_NOINLINE void WideRange(const PackedIntegers& p, size_t begin, Out* out, size_t size) {
  WithQuotient(p, [&](auto quotient) HWY_ATTR {
    using Quotient = decltype(quotient);
#if THALWEG_TWO_PLANE_REALS
    if (p.width > 32 && p.width <= 52 && HasSmallBias(p)) {
      if (p.has_missing) {
        UnpackRange(TwoPlaneReals<Out, Quotient, true>(p), begin, out, size);
      } else {
        UnpackRange(TwoPlaneReals<Out, Quotient, false>(p), begin, out, size);
      }
      return;
    }
#endif
    if (p.width > 32) {
      UnpackRange(WideReals<Out, true, Quotient>(p), begin, out, size);
    } else {
      UnpackRange(WideReals<Out, false, Quotient>(p), begin, out, size);
    }
  });
}

template <class Out>
void UnpackReals(const PackedIntegers& p, size_t begin, Out* out, size_t size) {
  if (p.width <= kMaxNarrowWidth && HasSmallBias(p)) {
    NarrowRange(p, p.words, static_cast<size_t>(p.width), begin, out, size);
  } else {
    WideRange(p, begin, out, size);
  }
}

void Doubles(const PackedIntegers& packed, size_t begin, double* out, size_t size) {
  UnpackReals(packed, begin, out, size);
}

// Whether all values fit an int32.
bool FitsInt32(const PackedIntegers& p) {
  constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
  return p.width <= 31 && p.bias >= -kMax - 1 && p.bias <= kMax &&
         p.bias + static_cast<int64_t>(AllOnes(p.width)) <= kMax;
}

void FloatRange(const PackedIntegers& p, const std::byte* words, size_t width, size_t begin,
                float* out, size_t size) {
  if (p.has_missing) {
    UnpackRange(NarrowFloats<true>(p, words, width), begin, out, size);
  } else {
    UnpackRange(NarrowFloats<false>(p, words, width), begin, out, size);
  }
}

void Floats(const PackedIntegers& p, size_t begin, float* out, size_t size) {
  if (p.scale > 0 || !FitsInt32(p)) {
    UnpackReals(p, begin, out, size);
  } else {
    FloatRange(p, p.words, static_cast<size_t>(p.width), begin, out, size);
  }
}

// Codes of 32 bits in lanes are just an array.
void CodeDoubles(const PackedIntegers& p, size_t size, const uint32_t* codes, double* out) {
  NarrowRange(p, reinterpret_cast<const std::byte*>(codes), 32, 0, out, size);
}

void CodeFloats(const PackedIntegers& p, size_t size, const uint32_t* codes, float* out) {
  const auto* words = reinterpret_cast<const std::byte*>(codes);
  if (p.scale > 0 || !FitsInt32(p)) {
    NarrowRange(p, words, 32, 0, out, size);
  } else {
    FloatRange(p, words, 32, 0, out, size);
  }
}

void Integers(const PackedIntegers& packed, size_t begin, int64_t* out, size_t size) {
  if (packed.width > 32) {
    UnpackRange(Ints<true>(packed), begin, out, size);
  } else {
    UnpackRange(Ints<false>(packed), begin, out, size);
  }
}

// The low 32 bits of each lane.
HWY_INLINE hn::VFromD<DHalfU32> Truncate(hn::VFromD<DU64> v) {
#if HWY_TARGET == HWY_SCALAR
  return hn::Set(DHalfU32(), static_cast<uint32_t>(hn::GetLane(v)));
#else
  return hn::TruncateTo(DHalfU32(), v);
#endif
}

// Bits shift … shift + width - 1 of the codes of one block; values beyond `size` count as code 0.
void PackBlock(const int64_t* values, size_t size, int64_t bias, uint64_t ones, int shift,
               int width, uint32_t* out) {
  const DI64 di;
  const DHalfU32 du;
  int64_t padded[kLanes];
  const size_t rows = (size + kLanes - 1) / kLanes;
  const auto mask = hn::Set(du, static_cast<uint32_t>(AllOnes(width)));
  if (const size_t last = size % kLanes; last != 0) {
    std::fill(std::copy(values + size - last, values + size, padded), padded + kLanes, bias);
  }
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(di)) {
    auto word = hn::Zero(du);
    uint32_t* to = out + lane;
    int used = 0;
    for (size_t row = 0; row < rows; ++row) {
      const bool partial = (row + 1) * kLanes > size;
      const auto cells = hn::LoadU(di, (partial ? padded : values + row * kLanes) + lane);
      const auto missing = hn::Eq(cells, hn::Set(di, kMissing));
      const auto codes = hn::IfThenElse(missing, hn::Set(di, static_cast<int64_t>(ones)),
                                        hn::Sub(cells, hn::Set(di, bias)));
      const auto part =
          hn::And(Truncate(hn::ShiftRightSame(hn::BitCast(DU64(), codes), shift)), mask);
      word = hn::Or(word, hn::ShiftLeftSame(part, used));
      used += width;
      if (used >= 32) {
        hn::StoreU(word, du, to);
        to += kLanes;
        used -= 32;
        // `used` bits of this row are left over.
        word = used == 0 ? hn::Zero(du) : hn::ShiftRightSame(part, width - used);
      }
    }
    if (used > 0) hn::StoreU(word, du, to);
  }
}

void Pack(const int64_t* values, size_t size, int64_t bias, int width, std::byte* out) {
  constexpr size_t kBlock = kLanes * 32;
  const uint64_t ones = AllOnes(width);
  const int low_width = std::min(width, 32);
  const int high_width = width - low_width;
  auto* low = reinterpret_cast<uint32_t*>(out);
  auto* high = high_width == 0 ? nullptr : reinterpret_cast<uint32_t*>(out + PackedBytes(size, 32));
  for (size_t begin = 0; begin < size; begin += kBlock) {
    const size_t block = std::min(kBlock, size - begin);
    PackBlock(values + begin, block, bias, ones, 0, low_width, low);
    low += static_cast<size_t>(low_width) * kLanes;
    if (high == nullptr) continue;
    PackBlock(values + begin, block, bias, ones, 32, high_width, high);
    high += static_cast<size_t>(high_width) * kLanes;
  }
}

}  // namespace
}  // namespace thalweg::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace thalweg {

HWY_EXPORT(Doubles);
HWY_EXPORT(Floats);
HWY_EXPORT(Integers);
HWY_EXPORT(Pack);
HWY_EXPORT(CodeDoubles);
HWY_EXPORT(CodeFloats);

uint64_t PackedBytes(uint64_t size, int width) {
  if (width > 32) return PackedBytes(size, 32) + PackedBytes(size, width - 32);
  const auto bits = static_cast<uint64_t>(width);
  const uint64_t rows = (size % 512 + 15) / 16;
  return (size / 512 * bits + (rows * bits + 31) / 32) * 64;
}

void PackIntegers(std::span<const int64_t> values, int64_t bias, int width, std::byte* out) {
  HWY_DYNAMIC_DISPATCH(Pack)(values.data(), values.size(), bias, width, out);
}

void UnpackDoubles(const PackedIntegers& packed, size_t begin, std::span<double> out) {
  HWY_DYNAMIC_DISPATCH(Doubles)(packed, begin, out.data(), out.size());
}

void UnpackFloats(const PackedIntegers& packed, size_t begin, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(Floats)(packed, begin, out.data(), out.size());
}

void UnpackInts(const PackedIntegers& packed, size_t begin, std::span<int64_t> out) {
  HWY_DYNAMIC_DISPATCH(Integers)(packed, begin, out.data(), out.size());
}

void CodesToReals(const PackedIntegers& format, size_t size, const uint32_t* codes, double* out) {
  HWY_DYNAMIC_DISPATCH(CodeDoubles)(format, (size + 15) / 16 * 16, codes, out);
}

void CodesToReals(const PackedIntegers& format, size_t size, const uint32_t* codes, float* out) {
  HWY_DYNAMIC_DISPATCH(CodeFloats)(format, (size + 15) / 16 * 16, codes, out);
}

}  // namespace thalweg
#endif  // HWY_ONCE
