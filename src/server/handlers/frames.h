// Frames: list, cells, summaries, removal.
#pragma once

#include "server/endpoint.h"
#include "server/schemas/frame_v3.h"

namespace thalweg {

Json ListFrames(const FrameRequest& request, Call& call);
HttpResponse GetFrame(const FrameRequest& request, Call& call);
// The same without what costs a look at every cell's size.
HttpResponse GetFrameLight(const FrameRequest& request, Call& call);
// With percentiles and histograms.
HttpResponse GetFrameSummary(const FrameRequest& request, Call& call);
HttpResponse GetColumn(const FrameRequest& request, Call& call);
HttpResponse GetColumnSummary(const FrameRequest& request, Call& call);
HttpResponse GetColumnDomain(const FrameRequest& request, Call& call);
Json GetFrameChunks(const FrameRequest& request, Call& call);
Json RemoveFrame(const FrameRequest& request, Call& call);
Json RemoveFrames(const FrameRequest& request, Call& call);

}  // namespace thalweg
