#include "ingest/csv/domain_join.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "frame/types.h"
#include "ingest/csv/utf8.h"

namespace thalweg::internal {
namespace {

// A level by its first eight bytes, of which the first weighs most: nearly all comparisons need
// no more, and nothing but this array.
struct Key {
  uint64_t prefix = 0;
  uint32_t code = 0;
};

uint64_t PrefixOf(std::string_view text) {
  uint64_t word = 0;
  std::memcpy(&word, text.data(), std::min<size_t>(text.size(), 8));
  return __builtin_bswap64(word);
}

class SortedLevels {
 public:
  void Sort(const ThreadLevels& thread) {
    levels_ = &thread.dictionary->levels();
    keys_.reserve(levels_->size());
    auto missing = thread.missing.begin();
    for (size_t code = 0; code < levels_->size(); ++code) {
      if (missing != thread.missing.end() && *missing == static_cast<int64_t>(code)) {
        ++missing;
      } else {
        keys_.push_back({PrefixOf((*levels_)[code]), static_cast<uint32_t>(code)});
      }
    }
    std::sort(keys_.begin(), keys_.end(), [this](const Key& a, const Key& b) {
      if (a.prefix != b.prefix) return a.prefix < b.prefix;
      return (*levels_)[a.code] < (*levels_)[b.code];
    });
  }
  bool done() const { return at_ == keys_.size(); }
  std::string_view front() const { return (*levels_)[keys_[at_].code]; }
  uint32_t front_code() const { return keys_[at_].code; }
  uint64_t front_prefix() const { return keys_[at_].prefix; }
  void Advance() { ++at_; }
  void Rewind() { at_ = 0; }

 private:
  const std::vector<std::string_view>* levels_ = nullptr;
  std::vector<Key> keys_;
  size_t at_ = 0;
};

// Calls level(text) for every different level in order, and member(list, code) for its codes.
template <class Level, class Member>
void Merge(std::vector<SortedLevels>& lists, const Level& level, const Member& member) {
  for (;;) {
    const SortedLevels* least = nullptr;
    for (const SortedLevels& list : lists) {
      if (list.done()) continue;
      if (least == nullptr || list.front_prefix() < least->front_prefix() ||
          (list.front_prefix() == least->front_prefix() && list.front() < least->front())) {
        least = &list;
      }
    }
    if (least == nullptr) return;
    const std::string_view text = least->front();
    const uint64_t prefix = least->front_prefix();
    level(text);
    for (size_t i = 0; i < lists.size(); ++i) {
      SortedLevels& list = lists[i];
      if (list.done() || list.front_prefix() != prefix || list.front() != text) continue;
      member(i, list.front_code());
      list.Advance();
    }
  }
}

}  // namespace

DomainJoin JoinDomains(const std::vector<ThreadLevels>& threads, size_t max_levels,
                       ThreadPool& pool) {
  std::vector<SortedLevels> lists(threads.size());
  pool.Run(threads.size(), [&](size_t i, size_t) {
    if (threads[i].dictionary != nullptr) lists[i].Sort(threads[i]);
  });
  DomainJoin join;
  size_t count = 0;
  Merge(
      lists, [&count](std::string_view) { ++count; }, [](size_t, uint32_t) {});
  if (count > max_levels) {
    join.too_many = true;
    return join;
  }
  join.levels.reserve(count);
  for (size_t i = 0; i < lists.size(); ++i) {
    lists[i].Rewind();
    const LevelDictionary* dictionary = threads[i].dictionary;
    const size_t size = dictionary == nullptr ? 0 : dictionary->levels().size();
    join.codes.emplace_back(size, kMissingInt);
  }
  Merge(
      lists, [&join](std::string_view text) { join.levels.emplace_back(text); },
      [&join](size_t list, uint32_t code) {
        join.codes[list][code] = static_cast<int64_t>(join.levels.size()) - 1;
      });
  return join;
}

void MakeLevelsUtf8(DomainJoin& join) {
  bool changed = false;
  for (std::string& level : join.levels) {
    if (FindInvalidUtf8(level) == std::string::npos) continue;
    level = Latin1ToUtf8(level);
    changed = true;
  }
  if (!changed) return;
  std::vector<size_t> order(join.levels.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return join.levels[a] < join.levels[b]; });
  std::vector<std::string> levels;
  std::vector<int64_t> new_code(order.size());
  for (const size_t old : order) {
    if (levels.empty() || levels.back() != join.levels[old]) levels.push_back(join.levels[old]);
    new_code[old] = static_cast<int64_t>(levels.size()) - 1;
  }
  join.levels = std::move(levels);
  for (std::vector<int64_t>& codes : join.codes) {
    for (int64_t& code : codes) {
      if (code != kMissingInt) code = new_code[static_cast<size_t>(code)];
    }
  }
}

}  // namespace thalweg::internal
