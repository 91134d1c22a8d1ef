// One sorted domain out of the dictionaries of several threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "ingest/csv/level_dictionary.h"

namespace thalweg::internal {

// What one thread has met.
struct ThreadLevels {
  const LevelDictionary* dictionary = nullptr;  // null where it had nothing to do
  // Ascending codes of texts that are no levels, as they mean missing cells.
  std::vector<int64_t> missing;
};

struct DomainJoin {
  // There are more levels than allowed; nothing else is set.
  bool too_many = false;
  std::vector<std::string> levels;  // sorted bytewise
  // Per thread: the new code of each of its codes, kMissingInt for texts that are no levels.
  std::vector<std::vector<int64_t>> codes;
};

DomainJoin JoinDomains(const std::vector<ThreadLevels>& threads, size_t max_levels,
                       ThreadPool& pool);

// Levels that are not UTF-8 are read as Latin-1 (see Latin1ToUtf8); sorts again, and joins what has
// become the same.
void MakeLevelsUtf8(DomainJoin& join);

}  // namespace thalweg::internal
