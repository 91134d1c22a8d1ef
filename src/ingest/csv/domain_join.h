// One sorted domain out of the dictionaries of several threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "ingest/csv/level_dictionary.h"
#include "ingest/csv/na_strings.h"

namespace thalweg::internal {

struct DomainJoin {
  // There are more levels than allowed; nothing else is set.
  bool too_many = false;
  std::vector<std::string> levels;  // sorted bytewise
  // Per dictionary: the new code of each of its codes, kMissingInt for spellings of missing cells.
  std::vector<std::vector<int64_t>> codes;
};

// `dictionaries` may hold null pointers (threads that did nothing).
DomainJoin JoinDomains(const std::vector<const LevelDictionary*>& dictionaries, const NaStrings& na,
                       size_t max_levels, ThreadPool& pool);

// Levels that are not UTF-8 are read as Latin-1 (see Latin1ToUtf8); sorts again, and joins what has
// become the same.
void MakeLevelsUtf8(DomainJoin& join);

}  // namespace thalweg::internal
