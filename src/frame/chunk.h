// A Chunk is a run of rows of one column, compressed, immutable, in one block of memory.
//
// Numeric cells are stored in one of two physical forms:
//   scaled integers   cell = m / 10^scale, m an int64, scale 0 … 18; the division is the correctly
//                     rounded IEEE one, so 12.34 (m = 1234, scale = 2) reads back as the double
//                     that "12.34" parses to. Needs |m| <= 2^53 where scale > 0.
//   floating point    float or double cells as they are.
// What goes in comes out bit by bit (NaN: see types.h; -0.0 forces the floating-point form).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "frame/types.h"

namespace thalweg {

// Numbers of the rows of the table in frame/encodings/encodings.cc; part of no file format.
enum class EncodingId : uint8_t {
  kConstant,     // one value (or all missing): no payload
  kBitPacked,    // (m - bias) / divisor in `width` bits
  kDelta,        // blocks of differences of neighbours, bit-packed
  kFloat,        // 32-bit cells
  kDouble,       // 64-bit cells
  kSparse,       // gaps between cells that are not zero, and their values
  kSparseOnes,   // gaps only: all cells that are not zero hold one same value
  kRunLength,    // (length, value) pairs
  kStringPlain,  // offsets and bytes
  kStringDictionary,
  kUuidPlain,
};
inline constexpr size_t kEncodingCount = 11;

std::string_view EncodingName(EncodingId id);

// Thread rule: immutable, so any number of concurrent readers need no lock.
class Chunk {
 public:
  uint32_t rows() const { return rows_; }
  uint32_t missing() const { return missing_; }
  EncodingId encoding() const { return encoding_; }
  // All bytes that this chunk takes in memory: header, payload, and rounding of the allocation.
  size_t ByteSize() const;

  // Numeric chunks. Cells begin … begin + out.size() - 1; the range must lie inside the chunk.
  // Cost is proportional to the range (plus a search for the start in delta, sparse and run-length
  // chunks); there is no virtual call per value.
  void Decode(size_t begin, std::span<double> out) const;
  // As the double, rounded to float.
  void Decode(size_t begin, std::span<float> out) const;
  // Only where integral(): cells as integers, kMissingInt where missing.
  void Decode(size_t begin, std::span<int64_t> out) const;
  // All cells are integers that fit an int64 (-0.0 does not: its sign would be lost), or missing.
  bool integral() const;

  // True where cells that are zero take no room; then NonZeros is cheaper than Decode.
  bool sparse() const {
    return encoding_ == EncodingId::kSparse || encoding_ == EncodingId::kSparseOnes;
  }
  // Cells of [begin, end) that are not zero (missing ones count as such), in ascending order: their
  // rows counted from the chunk's first, and their values (NaN where missing). Both spans have room
  // for min(end - begin, nonzeros()) entries. Returns how many there are. Works for every numeric
  // chunk.
  size_t NonZeros(size_t begin, size_t end, std::span<uint32_t> rows,
                  std::span<double> values) const;
  // Cells of the whole chunk that are not zero, missing ones included.
  size_t nonzeros() const;

  // String chunks: views stay valid as long as the chunk lives.
  void Decode(size_t begin, std::span<std::string_view> out) const;
  // UUID chunks.
  void Decode(size_t begin, std::span<Uuid> out) const;

 private:
  friend class ChunkPtr;
  friend struct ChunkAccess;  // the encodings' way in, frame/encodings/chunk_access.h

  Chunk() = default;

  mutable std::atomic<uint32_t> references_{0};
  uint32_t rows_ = 0;
  uint32_t missing_ = 0;
  uint32_t payload_words_ = 0;  // of 8 bytes
  // The encoding's parameters; each encoding's header says what they mean.
  int64_t bias_ = 0;
  EncodingId encoding_ = EncodingId::kConstant;
  uint8_t width_ = 0;
  uint8_t scale_ = 0;
  uint8_t flags_ = 0;
  uint32_t extra_ = 0;
  // The payload follows, 8-byte aligned.
};
static_assert(sizeof(Chunk) == 32);

// Shared ownership of a Chunk; 8 bytes, as frames of many columns have very many chunks.
class ChunkPtr {
 public:
  ChunkPtr() = default;
  explicit ChunkPtr(const Chunk* chunk) : chunk_(chunk) { Acquire(); }
  ChunkPtr(const ChunkPtr& other) : chunk_(other.chunk_) { Acquire(); }
  ChunkPtr(ChunkPtr&& other) noexcept : chunk_(std::exchange(other.chunk_, nullptr)) {}
  ChunkPtr& operator=(ChunkPtr other) noexcept {
    std::swap(chunk_, other.chunk_);
    return *this;
  }
  ~ChunkPtr() { Release(); }

  const Chunk* get() const { return chunk_; }
  const Chunk& operator*() const { return *chunk_; }
  const Chunk* operator->() const { return chunk_; }
  explicit operator bool() const { return chunk_ != nullptr; }

 private:
  void Acquire();
  void Release();

  const Chunk* chunk_ = nullptr;
};

}  // namespace thalweg
