// Frames: list, cells, summaries, removal.
#pragma once

#include "server/endpoint.h"
#include "server/schemas/frame_v3.h"

namespace thalweg {

Json ListFrames(const FrameRequest& request, Call& call);
Json GetFrame(const FrameRequest& request, Call& call);
// The same without what costs a look at every cell's size.
Json GetFrameLight(const FrameRequest& request, Call& call);
// With percentiles and histograms.
Json GetFrameSummary(const FrameRequest& request, Call& call);
Json GetColumn(const FrameRequest& request, Call& call);
Json GetColumnSummary(const FrameRequest& request, Call& call);
Json GetColumnDomain(const FrameRequest& request, Call& call);
Json GetFrameChunks(const FrameRequest& request, Call& call);
Json RemoveFrame(const FrameRequest& request, Call& call);
Json RemoveFrames(const FrameRequest& request, Call& call);

}  // namespace thalweg
