// A frame that one rank has made, to all ranks.
#pragma once

#include <optional>

#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

// A collective. `frame`: on the root, all rows; not looked at elsewhere. Every rank gets its part,
// shared out as SharedOut does; only that travels to it.
Frame ShareOutFrame(const std::optional<Frame>& frame, int root, Communicator& ranks);

}  // namespace thalweg
