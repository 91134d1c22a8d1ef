// Cuts a text source into blocks of whole lines, for parsers that work on lines.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "ingest/source.h"

namespace thalweg::internal {

// A run of whole lines. The last line of a file may lack its line break.
class LineBlock {
 public:
  std::string_view text() const { return mapped_.empty() ? std::string_view(copy_) : mapped_; }

 private:
  friend class LineBlocks;
  std::string_view mapped_;
  std::string copy_;
};

// Block i ends with the first line that reaches the byte (i + 1) * block_bytes: where blocks end
// depends on the text alone, not on how it comes. Not thread-safe, but the blocks handed out may be
// read by any thread as long as the source lives.
class LineBlocks {
 public:
  LineBlocks(ByteSource& source, size_t block_bytes);

  // False at the end of the source.
  bool Next(LineBlock& block);
  // For the blocks to come, counted from the end of the last.
  void SetBlockBytes(size_t block_bytes);
  // Bytes handed out.
  uint64_t taken() const { return taken_; }

 private:
  bool NextMapped(LineBlock& block);

  ByteSource& source_;
  size_t block_bytes_;
  uint64_t taken_ = 0;
  uint64_t next_end_ = 0;  // where the next block nominally ends
  std::string carry_;      // read, but not handed out
  bool at_end_ = false;
};

}  // namespace thalweg::internal
