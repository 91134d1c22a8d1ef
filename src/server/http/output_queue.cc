#include "server/http/output_queue.h"

#include <algorithm>
#include <array>
#include <utility>

namespace thalweg::internal {

namespace {

constexpr size_t kGathered = 16 << 10;  // up to so many bytes are copied
// Kept by a connection that waits for its next request: there may be thousands.
constexpr size_t kKeptCapacity = 1 << 10;

}  // namespace

std::string& OutputQueue::tail() {
  if (!open_) {
    parts_.emplace_back();
    open_ = true;
  }
  return parts_.back();
}

void OutputQueue::CloseTail() {
  if (!open_) return;
  bytes_ += parts_.back().size();
  open_ = false;
}

void OutputQueue::Append(std::string&& bytes) {
  if (bytes.size() <= kGathered) {
    tail() += bytes;
    return;
  }
  CloseTail();
  bytes_ += bytes.size();
  parts_.push_back(std::move(bytes));
}

void OutputQueue::clear() {
  parts_.clear();
  open_ = false;
  bytes_ = first_ = offset_ = 0;
}

Transport::Outcome OutputQueue::Send(Transport& transport, size_t& sent) {
  CloseTail();
  while (bytes_ > 0) {
    std::array<std::string_view, Transport::kMaxPieces> pieces;
    size_t count = 0;
    for (size_t i = first_; i < parts_.size() && count < pieces.size(); ++i) {
      const size_t skip = i == first_ ? offset_ : 0;
      if (parts_[i].size() == skip) continue;
      pieces[count++] = std::string_view(parts_[i]).substr(skip);
    }
    const Transport::Result result = transport.Write({pieces.data(), count});
    if (result.outcome != Transport::Outcome::kMoved) return result.outcome;
    sent += result.bytes;
    bytes_ -= result.bytes;
    size_t moved = result.bytes;
    while (moved > 0) {
      const size_t part = std::min(moved, parts_[first_].size() - offset_);
      moved -= part;
      offset_ += part;
      if (offset_ == parts_[first_].size()) {
        if (bytes_ > 0) std::string().swap(parts_[first_]);
        ++first_;
        offset_ = 0;
      }
    }
  }
  // One small string is kept for the next answer.
  std::string kept;
  if (!parts_.empty() && parts_.front().capacity() <= kKeptCapacity) kept.swap(parts_.front());
  clear();
  if (kept.capacity() > 64) {
    kept.clear();
    parts_.push_back(std::move(kept));
    open_ = true;
  }
  return Transport::Outcome::kMoved;
}

}  // namespace thalweg::internal
