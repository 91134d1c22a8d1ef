// On how many ranks tests do what they do: those of mapreduce, ingest and learn run as they are on
// 1, 2 and 3 (cmake/rooms.cmake).
#pragma once

#include <cstdlib>

namespace thalweg {

// THALWEG_TEST_RANKS, or 1.
inline int TestRanks() {
  const char* ranks = std::getenv("THALWEG_TEST_RANKS");
  return ranks == nullptr ? 1 : std::atoi(ranks);
}

}  // namespace thalweg
