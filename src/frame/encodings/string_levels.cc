#include "frame/encodings/string_levels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <vector>

namespace thalweg::internal {
namespace {

constexpr size_t kSample = 128;

// Open addressing with linear probing; at most half full.
class LevelTable {
 public:
  explicit LevelTable(StringLevels* levels) : levels_(levels), slots_(64, 0) {}

  uint32_t CodeOf(std::string_view text) {
    const size_t hash = std::hash<std::string_view>()(text);
    for (size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at] == 0) return Add(text, hash, at);
      const uint32_t code = slots_[at] - 1;
      if (hashes_[code] == hash && levels_->levels[code] == text) return code;
    }
  }

 private:
  uint32_t Add(std::string_view text, size_t hash, size_t at) {
    const auto code = static_cast<uint32_t>(levels_->levels.size());
    levels_->levels.push_back(text);
    levels_->text_bytes += text.size();
    hashes_.push_back(hash);
    slots_[at] = code + 1;
    if (hashes_.size() * 2 > slots_.size()) Grow();
    return code;
  }

  void Grow() {
    slots_.assign(slots_.size() * 4, 0);
    for (size_t code = 0; code < hashes_.size(); ++code) {
      size_t at = hashes_[code] & (slots_.size() - 1);
      while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = static_cast<uint32_t>(code) + 1;
    }
  }

  StringLevels* levels_;
  std::vector<size_t> hashes_;
  std::vector<uint32_t> slots_;  // code + 1, 0 where free
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
  return distinct * 4 <= count * 3;
}

}  // namespace thalweg::internal
