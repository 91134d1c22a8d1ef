#include "ingest/sources/line_blocks.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace thalweg::internal {

LineBlocks::LineBlocks(ByteSource& source, size_t block_bytes)
    : source_(source), block_bytes_(std::max<size_t>(block_bytes, 1)) {}

void LineBlocks::SetBlockBytes(size_t block_bytes) {
  block_bytes_ = std::max<size_t>(block_bytes, 1);
  next_end_ = taken_;
}

bool LineBlocks::Next(LineBlock& block) {
  block = {};
  // A line may be longer than a block: then the blocks that it covers are skipped.
  if (next_end_ <= taken_) next_end_ += ((taken_ - next_end_) / block_bytes_ + 1) * block_bytes_;
  if (!source_.mapped().empty()) return NextMapped(block);

  std::string text = std::exchange(carry_, {});
  size_t searched = next_end_ - taken_ - 1;
  size_t end = std::string::npos;
  while (true) {
    if (text.size() > searched) {
      end = text.find('\n', searched);
      if (end != std::string::npos) break;
      searched = text.size();
    }
    if (at_end_) break;
    const size_t before = text.size();
    // Some bytes more than the block, as its last line goes on behind its nominal end.
    const size_t wanted = std::max(next_end_ - taken_, uint64_t{before}) + 4096;
    text.resize(wanted);
    const size_t count = source_.Read(std::span<char>(text).subspan(before));
    text.resize(before + count);
    at_end_ = count == 0;
  }
  if (end != std::string::npos) {
    carry_.assign(text, end + 1);
    text.resize(end + 1);
  }
  taken_ += text.size();
  block.copy_ = std::move(text);
  return !block.copy_.empty();
}

bool LineBlocks::NextMapped(LineBlock& block) {
  const std::span<const char> all = source_.mapped();
  if (taken_ >= all.size()) return false;
  uint64_t end = all.size();
  if (next_end_ < all.size()) {
    const char* from = all.data() + next_end_ - 1;
    const void* found = std::memchr(from, '\n', all.size() - (next_end_ - 1));
    if (found != nullptr) {
      end = static_cast<uint64_t>(static_cast<const char*>(found) - all.data()) + 1;
    }
  }
  block.mapped_ = {all.data() + taken_, static_cast<size_t>(end - taken_)};
  taken_ = end;
  return true;
}

}  // namespace thalweg::internal
