#include "frame/encodings/string_levels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <vector>

namespace thalweg::internal {
namespace {

constexpr size_t kSample = 1024;

// Open addressing with linear probing; at most half full. A slot has a part of the hash, so that
// other levels are passed by without a look at their text.
class LevelTable {
 public:
  explicit LevelTable(StringLevels* levels) : levels_(levels), slots_(256) {}

  uint32_t CodeOf(std::string_view text) {
    const uint64_t hash = std::hash<std::string_view>()(text);
    const auto tag = static_cast<uint32_t>(hash >> 32);
    for (size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot slot = slots_[at];
      if (slot.number == 0) return Add(text, hash, at);
      if (slot.tag == tag && levels_->levels[slot.number - 1] == text) return slot.number - 1;
    }
  }

 private:
  struct Slot {
    uint32_t number = 0;  // code + 1, 0 where free
    uint32_t tag = 0;
  };

  uint32_t Add(std::string_view text, uint64_t hash, size_t at) {
    const auto code = static_cast<uint32_t>(levels_->levels.size());
    levels_->levels.push_back(text);
    levels_->text_bytes += text.size();
    hashes_.push_back(hash);
    slots_[at] = {.number = code + 1, .tag = static_cast<uint32_t>(hash >> 32)};
    if (hashes_.size() * 2 > slots_.size()) Grow();
    return code;
  }

  void Grow() {
    slots_.assign(slots_.size() * 4, {});
    for (size_t code = 0; code < hashes_.size(); ++code) {
      size_t at = hashes_[code] & (slots_.size() - 1);
      while (slots_[at].number != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = {.number = static_cast<uint32_t>(code) + 1,
                    .tag = static_cast<uint32_t>(hashes_[code] >> 32)};
    }
  }

  StringLevels* levels_;
  std::vector<uint64_t> hashes_;
  std::vector<Slot> slots_;
};

}  // namespace

StringLevels FindLevels(std::span<const std::string_view> cells) {
  StringLevels found;
  LevelTable table(&found);
  found.codes.resize(cells.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].data() == nullptr) {
      found.codes[i] = UINT32_MAX;
      continue;
    }
    found.codes[i] = table.CodeOf(cells[i]);
    if (found.levels.size() > cells.size() / 2 + 1) {
      found.codes.clear();
      return found;
    }
  }
  const auto missing = static_cast<uint32_t>(found.levels.size());
  std::replace(found.codes.begin(), found.codes.end(), UINT32_MAX, missing);
  return found;
}

bool SampleRepeats(std::span<const std::string_view> cells) {
  std::array<std::string_view, kSample> sample;
  const size_t count = std::min(kSample, cells.size());
  for (size_t i = 0; i < count; ++i) sample[i] = cells[i * cells.size() / count];
  const auto end = sample.begin() + static_cast<std::ptrdiff_t>(count);
  std::sort(sample.begin(), end);
  const auto distinct = static_cast<size_t>(std::unique(sample.begin(), end) - sample.begin());
  const size_t repeated = count - distinct;
  if (count == cells.size()) return repeated * 4 >= count;
  // Of s cells drawn from n levels about s^2 / 2n repeat one: that gives n, to be at most half of
  // the cells.
  return count * count <= repeated * cells.size();
}

}  // namespace thalweg::internal
