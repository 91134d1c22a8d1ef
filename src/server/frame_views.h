// Looks at frames through commands: cells and summaries of some rows and columns.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "mapreduce/column_summary.h"
#include "server/endpoint.h"
#include "server/schemas/frame_v3.h"
#include "server/server_context.h"

namespace thalweg {

// The summary of each column begin … end-1 of a frame under this name, computed where it is not
// known yet. NotFound if the frame goes away meanwhile.
std::vector<std::shared_ptr<const ColumnSummary>> SummariesOf(const std::string& name,
                                                              const Frame& frame, size_t begin,
                                                              size_t end, ServerContext& server);

// ColV3 of each column of the window, without its levels. `detailed`: with histogram and
// percentiles.
JsonArray ColumnsJson(const std::string& name, const Frame& frame, const FrameWindow& window,
                      bool detailed, ServerContext& server);

// An answer that holds these columns, with their levels.
HttpResponse ColumnsResponse(const Json& json, const Frame& frame, const FrameWindow& window);

}  // namespace thalweg
