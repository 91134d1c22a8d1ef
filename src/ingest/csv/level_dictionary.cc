#include "ingest/csv/level_dictionary.h"

#include <algorithm>

#include "base/error.h"

namespace thalweg::internal {
namespace {

// Small, as there may be thousands of columns.
constexpr size_t kFirstSlots = 16;
constexpr size_t kFirstBlock = 1 << 8;
constexpr size_t kLargestBlock = 1 << 20;

}  // namespace

LevelDictionary::LevelDictionary() {
  slots_.resize(kFirstSlots);
  mask_ = kFirstSlots - 1;
  shift_ = 64 - 4;
}

uint64_t LevelDictionary::HashLong(std::string_view text) {
  uint64_t hash = text.size() * 0x9e3779b97f4a7c15;
  const char* at = text.data();
  size_t left = text.size();
  for (; left > 8; left -= 8, at += 8) hash = HashShort(LoadEight(at) ^ hash, 1);
  // The last eight bytes, which may overlap those before.
  return HashShort(LoadEight(text.data() + text.size() - 8) ^ hash, 2);
}

int64_t LevelDictionary::Add(std::string_view text, uint64_t key, size_t slot) {
  Check(levels_.size() < INT32_MAX, "a column has less than 2^31 levels");
  const auto code = static_cast<int32_t>(levels_.size());
  levels_.push_back(Keep(text));
  slots_[slot] = {key, static_cast<uint32_t>(text.size()), code};
  if (levels_.size() * 4 > slots_.size() * 3) Grow();
  return code;
}

void LevelDictionary::Grow() {
  const std::vector<Slot> before = std::move(slots_);
  slots_.assign(before.size() * 2, Slot{});
  mask_ = slots_.size() - 1;
  --shift_;
  for (const Slot& entry : before) {
    if (entry.code < 0) continue;
    const uint64_t hash = entry.size <= 8 ? HashShort(entry.key, entry.size) : entry.key;
    size_t slot = hash >> shift_;
    while (slots_[slot].code >= 0) slot = (slot + 1) & mask_;
    slots_[slot] = entry;
  }
}

// Kept texts are followed by at least eight readable bytes.
std::string_view LevelDictionary::Keep(std::string_view text) {
  const size_t need = text.size() + 8;
  if (blocks_.empty() || block_used_ + need > block_size_) {
    const size_t next = std::min(std::max(kFirstBlock, block_size_ * 2), kLargestBlock);
    block_size_ = std::max(next, need);
    blocks_.push_back(std::make_unique<char[]>(block_size_));
    block_used_ = 0;
  }
  char* at = blocks_.back().get() + block_used_;
  std::memcpy(at, text.data(), text.size());
  block_used_ += text.size();
  return {at, text.size()};
}

}  // namespace thalweg::internal
