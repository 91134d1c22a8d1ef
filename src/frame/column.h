// A Column is a type and the chunks of its cells. It has no name: names belong to the frame.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "frame/chunk.h"
#include "frame/types.h"

namespace thalweg {

// The levels of a categorical column, in the order of their codes. Immutable.
class Domain {
 public:
  explicit Domain(std::vector<std::string> levels);
  const std::vector<std::string>& levels() const { return levels_; }
  size_t size() const { return levels_.size(); }
  // The code of a level, or -1.
  int64_t Find(std::string_view level) const;
  size_t ByteSize() const;

 private:
  std::vector<std::string> levels_;
  // Codes sorted by level where `levels_` is not sorted itself; empty where it is.
  std::vector<uint32_t> order_;
};

using DomainPtr = std::shared_ptr<const Domain>;

// Immutable and shared between frames. All chunks of a column of categorical type hold codes into
// `domain`; it is null for other types. Chunks that another rank owns are null here; its domain and
// its type every rank has.
class Column {
 public:
  Column(ColumnType type, std::vector<ChunkPtr> chunks, DomainPtr domain = nullptr);

  ColumnType type() const { return type_; }
  const DomainPtr& domain() const { return domain_; }
  size_t chunks() const { return chunks_.size(); }
  // InternalError where it is another rank's.
  const Chunk& chunk(size_t i) const;
  const ChunkPtr& chunk_ptr(size_t i) const { return chunks_[i]; }
  // Chunks, domain and this object.
  size_t ByteSize() const;

 private:
  ColumnType type_;
  std::vector<ChunkPtr> chunks_;
  DomainPtr domain_;
};

using ColumnPtr = std::shared_ptr<const Column>;

}  // namespace thalweg
