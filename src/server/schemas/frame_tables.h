// Tables about how a frame lies in memory.
#pragma once

#include <string_view>

#include "base/json_fwd.h"
#include "frame/frame.h"
#include "server/schemas/frame_v3.h"

namespace thalweg {

// How many chunks of the window's columns have which encoding, and what they take.
Json ChunkSummaryJson(const Frame& frame, const FrameWindow& window);
// Rows, chunks and bytes of each rank, and their spread over the ranks.
Json DistributionSummaryJson(const Frame& frame, std::string_view address);

}  // namespace thalweg
