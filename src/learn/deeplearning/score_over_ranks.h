// Metrics of rows that all ranks have, each of them scoring a share.
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

}  // namespace thalweg
