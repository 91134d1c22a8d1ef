#include "kernels/unpack_bits.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/unpack_bits.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// What all instruction sets share.
#ifndef THALWEG_UNPACK_BITS_ONCE
#define THALWEG_UNPACK_BITS_ONCE
namespace thalweg::internal {

// Widths that vectors read: an entry and up to 7 bits before it lie in 32 bits.
inline constexpr int kMaxVectorWidth = 25;

// The bytes of a batch. 8 entries take `width` bytes, so they all start at the same bit of a byte.
// Reads of 16 bytes are allowed everywhere: what ends too early is copied,
// with zeros after it.
class BatchBytes {
 public:
  BatchBytes(const BitArray& array, uint64_t index) {
    const auto width = static_cast<uint64_t>(array.width);
    const uint64_t position = index * width;
    bit = static_cast<uint32_t>(position % 8);
    bytes = array.bytes + position / 8;
    const uint64_t needed = kBitBatch / 8 * width + 1 + sizeof(uint64_t) * 2;
    const auto left = static_cast<uint64_t>(array.end - bytes);
    if (left >= needed) return;
    copy_.fill(std::byte{0});
    std::memcpy(copy_.data(), bytes, left);
    bytes = copy_.data();
  }
  BatchBytes(const BatchBytes&) = delete;
  BatchBytes& operator=(const BatchBytes&) = delete;

  uint32_t Entry(size_t i, int width) const {
    const uint64_t position = bit + i * static_cast<uint64_t>(width);
    uint64_t word;
    std::memcpy(&word, bytes + position / 8, sizeof(word));
    return static_cast<uint32_t>((word >> (position % 8)) & ((uint64_t{1} << width) - 1));
  }

  const std::byte* bytes;
  uint32_t bit;

 private:
  std::array<std::byte, kBitBatch / 8 * kMaxBatchWidth + 24> copy_;
};

// Where the lanes whose bits are set in `bits` come from when they are moved to the front: for 8
// lanes, 4 bits each of the lane's number; for 4 lanes, the number of each byte.
inline constexpr std::array<uint32_t, 256> kFrontLanes = [] {
  std::array<uint32_t, 256> table = {};
  for (uint32_t bits = 0; bits < 256; ++bits) {
    uint32_t shift = 0;
    for (uint32_t lane = 0; lane < 8; ++lane) {
      if ((bits >> lane & 1) == 0) continue;
      table[bits] |= lane << shift;
      shift += 4;
    }
  }
  return table;
}();
alignas(16) inline constexpr std::array<std::array<uint32_t, 4>, 16> kFrontBytes = [] {
  std::array<std::array<uint32_t, 4>, 16> table = {};
  for (uint32_t bits = 0; bits < 16; ++bits) {
    size_t count = 0;
    for (uint32_t lane = 0; lane < 4; ++lane) {
      if ((bits >> lane & 1) != 0) table[bits][count++] = 0x03020100 + lane * 0x04040404;
    }
  }
  return table;
}();

}  // namespace thalweg::internal
#endif  // THALWEG_UNPACK_BITS_ONCE

HWY_BEFORE_NAMESPACE();
namespace thalweg::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using internal::BatchBytes;

#if HWY_TARGET != HWY_SCALAR
using D = hn::CappedTag<uint32_t, 8>;
using V = hn::VFromD<D>;
using DBlock = hn::CappedTag<uint32_t, 4>;
using VBlock = hn::VFromD<DBlock>;
constexpr size_t kLanes = hn::MaxLanes(D());
static_assert(kLanes == 4 || kLanes == 8);

// The entries of a batch by vectors. A block of 4 entries lies in 16 bytes: a shuffle brings the 32
// bits that hold an entry into its lane, a multiplication lets it begin at bit 7 (SSE4 has no
// shifts that differ from lane to lane), a shift brings it down.
class VectorEntries {
 public:
  VectorEntries(const BatchBytes& batch, int width)
      : bytes_(reinterpret_cast<const uint8_t*>(batch.bytes)),
        width_(static_cast<uint32_t>(width)),
        second_((batch.bit + 4 * width_) / 8),
        mask_(hn::Set(D(), (uint32_t{1} << width) - 1)) {
    const Block first = MakeBlock(batch.bit, 0);
    const Block second = MakeBlock(batch.bit + 4 * width_, second_);
#if HWY_TARGET <= HWY_AVX2
    index_[0] = hn::Combine(D(), second.index, first.index);
    factor_[0] = hn::Combine(D(), second.factor, first.factor);
#else
    index_[0] = first.index;
    factor_[0] = first.factor;
    index_[1] = second.index;
    factor_[1] = second.factor;
#endif
  }

  // Entries i … i + kLanes - 1; i is a multiple of kLanes.
  HWY_INLINE V Load(size_t i) const {
    const hn::Repartition<uint8_t, D> d8;
    const uint8_t* at = bytes_ + i / 8 * width_;
#if HWY_TARGET <= HWY_AVX2
    const size_t kind = 0;
    const hn::Repartition<uint8_t, DBlock> block8;
    const auto loaded = hn::Combine(d8, hn::LoadU(block8, at + second_), hn::LoadU(block8, at));
#else
    const size_t kind = i / 4 % 2;
    const auto loaded = hn::LoadU(d8, at + kind * second_);
#endif
    const V words = hn::BitCast(D(), hn::TableLookupBytes(loaded, hn::BitCast(d8, index_[kind])));
    return hn::And(hn::ShiftRight<7>(hn::Mul(words, factor_[kind])), mask_);
  }

  V mask() const { return mask_; }

 private:
  struct Block {
    VBlock index;   // of bytes, for the shuffle
    VBlock factor;  // 2^(7 - bit of the entry in its first byte)
  };

  // 4 entries, the first of which begins at bit `position`, loaded from byte `start` on.
  HWY_INLINE Block MakeBlock(uint32_t position, uint32_t start) const {
    const DBlock d;
    const hn::Repartition<uint8_t, DBlock> d8;
    alignas(16) static constexpr uint8_t kFactors[16] = {128, 64, 32, 16, 8, 4, 2, 1};
    const VBlock positions =
        hn::Add(hn::Set(d, position), hn::Mul(hn::Iota(d, 0), hn::Set(d, width_)));
    const VBlock from = hn::Sub(hn::ShiftRight<3>(positions), hn::Set(d, start));
    // The upper bytes of each lane choose a zero.
    const VBlock bits = hn::Or(hn::And(positions, hn::Set(d, 7)), hn::Set(d, 0x08080800));
    return {.index = hn::Add(hn::Mul(from, hn::Set(d, 0x01010101)), hn::Set(d, 0x03020100)),
            .factor = hn::BitCast(
                d, hn::TableLookupBytes(hn::Load(d8, kFactors), hn::BitCast(d8, bits)))};
  }

  static constexpr size_t kKinds = 8 / kLanes;
  const uint8_t* bytes_;
  uint32_t width_;
  uint32_t second_;  // where the second block of 8 entries is loaded from
  V mask_;
  V index_[kKinds];
  V factor_[kKinds];
};

// Of each lane and all before it.
HWY_INLINE V PrefixSum(V v) {
  const D d;
  v = hn::Add(v, hn::ShiftLeftLanes<1>(d, v));
  v = hn::Add(v, hn::ShiftLeftLanes<2>(d, v));
#if HWY_TARGET <= HWY_AVX2
  // The sum of the first block, in all lanes of the second.
  v = hn::Add(v, hn::ConcatLowerLower(d, hn::Broadcast<3>(v), hn::Zero(d)));
#endif
  return v;
}

HWY_INLINE V BroadcastLast(V v) {
#if HWY_TARGET <= HWY_AVX2
  const V last = hn::Broadcast<3>(v);
  return hn::ConcatUpperUpper(D(), last, last);
#else
  return hn::Broadcast<3>(v);
#endif
}

// Stores the lanes that are chosen one after the other, and anything behind them; returns their
// number. Compress of Highway 1.0.3 copies its tables to the stack in every call, except where it
// is an instruction.
HWY_INLINE size_t StoreChosen(V v, hn::MFromD<D> chosen, uint32_t* out) {
  const D d;
#if HWY_TARGET <= HWY_AVX3
  hn::StoreU(hn::Compress(v, chosen), d, out);
  return hn::CountTrue(d, chosen);
#else
  uint8_t bits[8];  // what StoreMaskBits may write
  hn::StoreMaskBits(d, chosen, bits);
#if HWY_TARGET <= HWY_AVX2
  const V packed = hn::Set(d, internal::kFrontLanes[bits[0]]);
  const V lanes = hn::And(hn::Shr(packed, hn::Mul(hn::Iota(d, 0), hn::Set(d, 4))), hn::Set(d, 7));
  hn::StoreU(hn::TableLookupLanes(v, hn::IndicesFromVec(d, lanes)), d, out);
#else
  const V from = hn::Load(d, internal::kFrontBytes[bits[0]].data());
  hn::StoreU(hn::TableLookupBytes(v, from), d, out);
#endif
  return static_cast<size_t>(std::popcount(bits[0]));
#endif
}
#endif  // HWY_TARGET != HWY_SCALAR

void Unpack(const BatchBytes& batch, int width, size_t count, uint32_t* codes) {
#if HWY_TARGET != HWY_SCALAR
  if (width <= internal::kMaxVectorWidth) {
    const VectorEntries entries(batch, width);
    for (size_t i = 0; i < count; i += kLanes) hn::StoreU(entries.Load(i), D(), codes + i);
    return;
  }
#endif
  for (size_t i = 0; i < count; ++i) codes[i] = batch.Entry(i, width);
}

size_t Gaps(const BatchBytes& batch, int width, uint32_t end, uint32_t* row, uint32_t* rows) {
  size_t count = 0;
#if HWY_TARGET != HWY_SCALAR
  if (width <= internal::kMaxVectorWidth) {
    const D d;
    const VectorEntries entries(batch, width);
    // The row before the gap that is being read.
    V before = hn::Set(d, *row - 1);
    for (size_t i = 0; i < kBitBatch; i += kLanes) {
      const V codes = entries.Load(i);
      // A code that ends a gap goes one further, to the row.
      const V steps = PrefixSum(hn::Min(hn::Add(codes, hn::Set(d, 1)), entries.mask()));
      const V reached = hn::Add(before, steps);
      before = hn::Add(before, BroadcastLast(steps));
      const auto ends = hn::Ne(codes, entries.mask());
      count += StoreChosen(reached, ends, rows + count);
      *row = hn::GetLane(before) + 1;
      if (*row >= end) break;
    }
    return count;
  }
#endif
  const uint32_t escape = (uint32_t{1} << width) - 1;
  for (size_t i = 0; i < kBitBatch && *row < end; ++i) {
    const uint32_t code = batch.Entry(i, width);
    *row += code;
    rows[count] = *row;
    const uint32_t ends = code != escape ? 1 : 0;
    count += ends;
    *row += ends;
  }
  return count;
}

}  // namespace
}  // namespace thalweg::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace thalweg {

HWY_EXPORT(Unpack);
HWY_EXPORT(Gaps);

void UnpackBits(const BitArray& array, uint64_t index, size_t count,
                std::span<uint32_t, kBitBatch> codes) {
  const internal::BatchBytes batch(array, index);
  HWY_DYNAMIC_DISPATCH(Unpack)(batch, array.width, count, codes.data());
}

size_t UnpackGaps(const BitArray& array, uint64_t code, uint32_t end, uint32_t* row,
                  std::span<uint32_t, kRowBatch> rows) {
  const internal::BatchBytes batch(array, code);
  return HWY_DYNAMIC_DISPATCH(Gaps)(batch, array.width, end, row, rows.data());
}

}  // namespace thalweg
#endif  // HWY_ONCE
