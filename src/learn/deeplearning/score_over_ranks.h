// Metrics of rows that ranks score together.
#pragma once

#include <cstdint>
#include <span>

#include "cluster/communicator.h"
#include "models/network_scoring.h"

namespace thalweg {

// ScoreMetrics, to the bit, on rank 0; what the other ranks get does not count. A collective of
// ranks that give the same network, rows, and responses; null: this rank alone.
Metrics ScoreOverRanks(const Network& network, const ResponseScale& response, const RowStore& store,
                       const ActualResponses& actual, std::span<const uint32_t> rows,
                       ThreadPool& pool, Communicator* ranks);

// The metrics of the rows of all ranks, on rank 0, where each rank has rows of its own in its
// store; what the other ranks get does not count. A collective.
Metrics ScoreParts(const Network& network, const ResponseScale& response, const RowStore& store,
                   const ActualResponses& actual, std::span<const uint32_t> own_rows,
                   ThreadPool& pool, Communicator& ranks);

}  // namespace thalweg
