#include "frame/chunk.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

#include "base/error.h"
#include "frame/encodings/chunk_access.h"
#include "frame/encodings/encodings.h"
#include "frame/heap_size.h"

namespace thalweg {
namespace {

void CheckRange(const Chunk& chunk, size_t begin, size_t count) {
  Check(begin <= chunk.rows() && count <= chunk.rows() - begin, "cells outside the chunk are read");
}

// Cells at a time where a chunk has to be decoded to find its zeros: fits the first-level cache.
constexpr size_t kScanBlock = 1024;

}  // namespace

Chunk* ChunkAccess::Make(const Header& header, uint64_t payload_bytes) {
  const uint64_t words = (payload_bytes + 7) / 8;
  if (words > std::numeric_limits<uint32_t>::max()) {
    throw UserError("a chunk would take more than 32 GB; use smaller chunks");
  }
  void* memory = std::malloc(sizeof(Chunk) + words * 8);
  if (memory == nullptr) throw std::bad_alloc();
  auto* chunk = new (memory) Chunk();
  std::memset(Payload(chunk), 0, words * 8);
  chunk->rows_ = header.rows;
  chunk->missing_ = header.missing;
  chunk->payload_words_ = static_cast<uint32_t>(words);
  chunk->bias_ = header.bias;
  chunk->encoding_ = header.encoding;
  chunk->width_ = header.width;
  chunk->scale_ = header.scale;
  chunk->flags_ = header.flags;
  chunk->extra_ = header.extra;
  return chunk;
}

void ChunkAccess::Free(const Chunk* chunk) {
  chunk->~Chunk();
  std::free(const_cast<Chunk*>(chunk));
}

void ChunkPtr::Acquire() {
  if (chunk_ != nullptr) chunk_->references_.fetch_add(1, std::memory_order_relaxed);
}

void ChunkPtr::Release() {
  if (chunk_ != nullptr && chunk_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    ChunkAccess::Free(chunk_);
  }
}

std::string_view EncodingName(EncodingId id) { return internal::EncodingOf(id).name; }

size_t Chunk::ByteSize() const {
  return internal::BlockSize(sizeof(Chunk) + size_t{payload_words_} * 8);
}

void Chunk::Decode(size_t begin, std::span<double> out) const {
  CheckRange(*this, begin, out.size());
  const auto decode = internal::EncodingOf(encoding_).decode_doubles;
  Check(decode != nullptr, "a chunk without numbers is read as numbers");
  decode(*this, begin, out);
}

void Chunk::Decode(size_t begin, std::span<float> out) const {
  CheckRange(*this, begin, out.size());
  const auto decode = internal::EncodingOf(encoding_).decode_floats;
  Check(decode != nullptr, "a chunk without numbers is read as numbers");
  decode(*this, begin, out);
}

void Chunk::Decode(size_t begin, std::span<int64_t> out) const {
  CheckRange(*this, begin, out.size());
  Check(integral(), "a chunk of cells that are not integers is read as integers");
  internal::EncodingOf(encoding_).decode_ints(*this, begin, out);
}

bool Chunk::integral() const { return (flags_ & internal::kFlagIntegral) != 0; }

size_t Chunk::NonZeros(size_t begin, size_t end, std::span<uint32_t> rows,
                       std::span<double> values) const {
  Check(begin <= end, "a range of cells ends before it begins");
  CheckRange(*this, begin, end - begin);
  if (const auto nonzeros = internal::EncodingOf(encoding_).nonzeros) {
    return nonzeros(*this, begin, end, rows, values);
  }
  double block[kScanBlock];
  size_t count = 0;
  for (size_t at = begin; at < end; at += kScanBlock) {
    const size_t size = std::min(kScanBlock, end - at);
    Decode(at, std::span<double>(block, size));
    for (size_t i = 0; i < size; ++i) {
      if (block[i] == 0) continue;
      rows[count] = static_cast<uint32_t>(at + i);
      values[count++] = block[i];
    }
  }
  return count;
}

size_t Chunk::nonzeros() const {
  if (sparse()) return extra_;
  double block[kScanBlock];
  size_t count = 0;
  for (size_t at = 0; at < rows_; at += kScanBlock) {
    const size_t size = std::min(kScanBlock, rows_ - at);
    Decode(at, std::span<double>(block, size));
    for (size_t i = 0; i < size; ++i) count += block[i] != 0 ? 1 : 0;
  }
  return count;
}

void Chunk::Decode(size_t begin, std::span<std::string_view> out) const {
  CheckRange(*this, begin, out.size());
  const auto decode = internal::EncodingOf(encoding_).decode_strings;
  Check(decode != nullptr, "a chunk without strings is read as strings");
  decode(*this, begin, out);
}

void Chunk::Decode(size_t begin, std::span<Uuid> out) const {
  CheckRange(*this, begin, out.size());
  const auto decode = internal::EncodingOf(encoding_).decode_uuids;
  Check(decode != nullptr, "a chunk without UUIDs is read as UUIDs");
  decode(*this, begin, out);
}

}  // namespace thalweg
