// How the rows of a frame are cut into chunks, and which rank owns which.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace thalweg {

// Chunk i holds the rows starts[i] … starts[i+1]-1. Every rank owns a contiguous range of chunks.
// Immutable.
class Layout {
 public:
  // `starts` begins with 0, never falls, and ends with the number of rows; rank r owns the chunks
  // first_chunks[r] … first_chunks[r+1]-1. The second form: all chunks belong to rank 0 of 1.
  Layout(std::vector<int64_t> starts, std::vector<uint32_t> first_chunks);
  explicit Layout(const std::vector<int64_t>& starts);

  int64_t rows() const { return starts_.back(); }
  size_t chunks() const { return starts_.size() - 1; }
  size_t ranks() const { return first_chunks_.size() - 1; }
  int64_t ChunkStart(size_t chunk) const { return starts_[chunk]; }
  int64_t ChunkRows(size_t chunk) const { return starts_[chunk + 1] - starts_[chunk]; }
  // The chunk that holds a row of [0, rows()).
  size_t ChunkOf(int64_t row) const;
  size_t OwnerOf(size_t chunk) const;
  size_t FirstChunkOf(size_t rank) const { return first_chunks_[rank]; }
  // The same chunks without a rank: its chunks are those of `heir`, the rank after it or before it;
  // the ranks after it move down by one.
  Layout WithoutRank(size_t rank, size_t heir) const;
  // Whether the chunks are the same, whoever owns them.
  bool SameCuts(const Layout& other) const { return starts_ == other.starts_; }
  bool operator==(const Layout&) const = default;

 private:
  std::vector<int64_t> starts_;
  std::vector<uint32_t> first_chunks_;
};

using LayoutPtr = std::shared_ptr<const Layout>;

}  // namespace thalweg
