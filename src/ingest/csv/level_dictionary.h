// The levels that one thread has met in one categorical column, numbered in the order of their
// appearance.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "ingest/csv/numbers.h"

namespace thalweg::internal {

// Open addressing with linear probing. Thread rule: each thread has its own.
class LevelDictionary {
 public:
  LevelDictionary();

  // The code of a level, which is added if it is new. Eight bytes from text.data() on may be read.
  int64_t Code(std::string_view text) {
    const bool is_short = text.size() <= 8;
    const uint64_t key = is_short ? Prefix(text) : HashLong(text);
    const uint64_t hash = is_short ? HashShort(key, text.size()) : key;
    for (size_t slot = hash >> shift_;; slot = (slot + 1) & mask_) {
      const Slot& entry = slots_[slot];
      if (entry.code < 0) return Add(text, key, slot);
      if (entry.key == key && entry.size == text.size() &&
          (is_short || std::memcmp(levels_[static_cast<size_t>(entry.code)].data(), text.data(),
                                   text.size()) == 0)) {
        return entry.code;
      }
    }
  }

  // By code; the texts are owned here.
  const std::vector<std::string_view>& levels() const { return levels_; }

 private:
  struct Slot {
    uint64_t key = 0;  // the text itself up to eight bytes, else its hash
    uint32_t size = 0;
    int32_t code = -1;
  };

  static uint64_t Prefix(std::string_view text) {
    const uint64_t word = LoadEight(text.data());
    return text.size() >= 8 ? word : word & ((uint64_t{1} << (8 * text.size())) - 1);
  }
  static uint64_t HashShort(uint64_t prefix, size_t size) {
    const auto product =
        static_cast<unsigned __int128>(prefix ^ (size * 0x9e3779b97f4a7c15)) * 0xa0761d6478bd642f;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
  static uint64_t HashLong(std::string_view text);
  int64_t Add(std::string_view text, uint64_t key, size_t slot);
  void Grow();
  std::string_view Keep(std::string_view text);

  std::vector<Slot> slots_;
  size_t mask_ = 0;
  int shift_ = 0;
  std::vector<std::string_view> levels_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t block_size_ = 0;
  size_t block_used_ = 0;
};

}  // namespace thalweg::internal
