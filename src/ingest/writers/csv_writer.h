// A frame as CSV (RFC 4180 with line feeds): a header line, commas, quotes where they are needed.
//
// Missing cells are empty; an empty string is "". Numbers are in their shortest form that reads
// back as the same double; times in ISO 8601, UTC. A text that a reader could take for a missing
// cell (NA, null, …) or a comment is quoted.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "frame/frame.h"

namespace thalweg::internal {

// Formats in parallel and calls `write` in order, in the caller's thread. With gzip, every block is
// a member of its own, compressed in parallel, too.
void WriteCsv(const Frame& frame, bool gzip, const std::function<void(std::string_view)>& write,
              ThreadPool& pool, const WorkContext& context);

}  // namespace thalweg::internal
