// Ranks as threads of one process: the single-process default (one rank) and the tests of
// everything that is meant to run on several.
#pragma once

#include <chrono>
#include <functional>

#include "cluster/communicator.h"

namespace thalweg {

// Runs `body` once per rank, each in a thread of its own, and returns when all have ended. When a
// rank throws, collectives of the others throw RankFailure instead of waiting; the error of the
// lowest rank that failed by itself is rethrown here.
void RunLocalRanks(int ranks, const std::function<void(Communicator&)>& body,
                   std::chrono::milliseconds time_limit = std::chrono::minutes(5));

}  // namespace thalweg
