#include "ingest/csv/level_dictionary.h"

#include <algorithm>

#include "base/error.h"

namespace thalweg::internal {
namespace {

constexpr size_t kFirstSlots = 64;
constexpr size_t kFirstBlock = 1 << 10;
constexpr size_t kLargestBlock = 1 << 20;

}  // namespace

LevelDictionary::LevelDictionary() {
  slots_.resize(kFirstSlots);
  mask_ = kFirstSlots - 1;
  shift_ = 64 - 6;
}

uint64_t LevelDictionary::HashLong(std::string_view text) {
  uint64_t hash = text.size() * 0x9e3779b97f4a7c15;
  const char* at = text.data();
  size_t left = text.size();
  for (; left > 8; left -= 8, at += 8) hash = HashShort(LoadEight(at) ^ hash, 1);
  // The last eight bytes, which may overlap those before.
  return HashShort(LoadEight(text.data() + text.size() - 8) ^ hash, 2);
}

int64_t LevelDictionary::Add(std::string_view text, uint64_t prefix, uint64_t hash) {
  Check(levels_.size() < INT32_MAX, "a column has less than 2^31 levels");
  const auto code = static_cast<int32_t>(levels_.size());
  levels_.push_back(Keep(text));
  hashes_.push_back(hash);
  if (levels_.size() * 2 > slots_.size()) {
    Grow();
    return code;
  }
  size_t slot = hash >> shift_;
  while (slots_[slot].code >= 0) slot = (slot + 1) & mask_;
  slots_[slot] = {prefix, static_cast<uint32_t>(text.size()), code};
  return code;
}

void LevelDictionary::Grow() {
  const size_t size = slots_.size() * 2;
  slots_.assign(size, Slot{});
  mask_ = size - 1;
  --shift_;
  for (size_t code = 0; code < levels_.size(); ++code) {
    size_t slot = hashes_[code] >> shift_;
    while (slots_[slot].code >= 0) slot = (slot + 1) & mask_;
    slots_[slot] = {Prefix(levels_[code]), static_cast<uint32_t>(levels_[code].size()),
                    static_cast<int32_t>(code)};
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
