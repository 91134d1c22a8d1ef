#include "server/handlers/frames.h"

#include <algorithm>
#include <optional>

#include "base/json.h"
#include "jobs/catalog.h"
#include "server/errors.h"
#include "server/file_entry.h"
#include "server/frame_views.h"
#include "server/schemas/frame_tables.h"
#include "server/schemas/level_text.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"

namespace thalweg {
namespace {

uint64_t ChecksumOf(const Frame& frame) {
  // Cheap: tells frames apart whose columns are other objects, not what the cells are.
  uint64_t sum = static_cast<uint64_t>(frame.rows());
  for (size_t c = 0; c < frame.columns(); ++c) {
    sum = sum * 31 + reinterpret_cast<uintptr_t>(&frame.column(c));
  }
  return sum;
}

// Names of the models whose predictors are all there.
JsonArray CompatibleModels(const Frame& frame, const Catalog& catalog) {
  JsonArray names;
  for (const auto& [name, entry] : catalog.List(EntryKind::kModel)) {
    const auto* held = dynamic_cast<const ModelEntry*>(entry.get());
    if (held == nullptr) continue;
    const std::vector<std::string> predictors = held->model()->predictors();
    const bool fits = std::all_of(predictors.begin(), predictors.end(), [&](const auto& column) {
      return frame.Find(column).has_value();
    });
    if (fits) names.emplace_back(name);
  }
  return names;
}

enum class Depth { kLight, kUsual, kDetailed };

HttpResponse OneFrame(const FrameRequest& request, Depth depth, Call& call) {
  const auto frame = call.server.catalog().GetFrame(request.frame_id);
  const FrameWindow window = WindowOf(request, *frame);
  JsonArray columns =
      ColumnsJson(request.frame_id, *frame, window, depth == Depth::kDetailed, call.server);
  FrameHead head{.name = request.frame_id, .rows = frame->rows(), .all_columns = frame->columns()};
  if (depth != Depth::kLight) {
    head.bytes = frame->ByteSize();
    head.checksum = ChecksumOf(*frame);
  }
  JsonObject json = FrameJson(head, request, window, std::move(columns));
  if (depth != Depth::kLight) {
    json["chunk_summary"] = ChunkSummaryJson(*frame, window);
    json["distribution_summary"] = DistributionSummaryJson(*frame, call.server.address);
  }
  if (request.find_compatible_models) {
    json["compatible_models"] = CompatibleModels(*frame, call.server.catalog());
  }
  return ColumnsResponse(FramesJson(request, JsonArray{std::move(json)}), *frame, window);
}

size_t PositionOf(const FrameRequest& request, const Frame& frame) {
  const auto position = frame.Find(request.column);
  if (!position) {
    throw HttpError(404, "water.exceptions.H2OColumnNotFoundArgumentException",
                    "Column '" + request.column + "' not found for argument: column in frame " +
                        request.frame_id);
  }
  return *position;
}

HttpResponse OneColumn(const FrameRequest& request, bool detailed, Call& call) {
  const auto frame = call.server.catalog().GetFrame(request.frame_id);
  FrameWindow window = WindowOf(request, *frame);
  window.column_begin = PositionOf(request, *frame);
  window.column_end = window.column_begin + 1;
  window.full_end = window.column_end;
  JsonArray columns = ColumnsJson(request.frame_id, *frame, window, detailed, call.server);
  const FrameHead head{.rows = frame->rows(),
                       .all_columns = 1,
                       .bytes = frame->column(window.column_begin).ByteSize()};
  FrameWindow shown = window;
  shown.column_begin = 0;
  shown.column_end = 1;
  JsonObject json = FrameJson(head, request, shown, std::move(columns));
  json["chunk_summary"] = ChunkSummaryJson(*frame, window);
  return ColumnsResponse(FramesJson(request, JsonArray{std::move(json)}), *frame, window);
}

}  // namespace

Json ListFrames(const FrameRequest&, Call& call) {
  JsonArray frames;
  for (const auto& [name, entry] : call.server.catalog().List()) {
    if (const auto* frame = dynamic_cast<const FrameEntry*>(entry.get())) {
      frames.push_back(FrameSynopsisJson(name, frame->frame()->rows(), frame->frame()->columns(),
                                         frame->ByteSize(), false));
    } else if (const auto* file = dynamic_cast<const FileEntry*>(entry.get())) {
      frames.push_back(FrameSynopsisJson(name, 0, 0, file->bytes(), true));
    }
  }
  JsonObject json = SchemaObject("FramesListV3", "Frames");
  json["_exclude_fields"] = "";
  json["frames"] = std::move(frames);
  return json;
}

HttpResponse GetFrame(const FrameRequest& request, Call& call) {
  return OneFrame(request, Depth::kUsual, call);
}

HttpResponse GetFrameLight(const FrameRequest& request, Call& call) {
  return OneFrame(request, Depth::kLight, call);
}

HttpResponse GetFrameSummary(const FrameRequest& request, Call& call) {
  return OneFrame(request, Depth::kDetailed, call);
}

HttpResponse GetColumn(const FrameRequest& request, Call& call) {
  return OneColumn(request, false, call);
}

HttpResponse GetColumnSummary(const FrameRequest& request, Call& call) {
  return OneColumn(request, true, call);
}

HttpResponse GetColumnDomain(const FrameRequest& request, Call& call) {
  const auto frame = call.server.catalog().GetFrame(request.frame_id);
  const ColumnPtr column = frame->column_ptr(PositionOf(request, *frame));
  JsonObject json = FramesJson(request, nullptr);
  json.erase("domain");
  HttpResponse response = JsonResponse(json);
  response.body.back() = ',';
  response.body += "\"domain\":[";
  if (column->domain() != nullptr) {
    AppendLevelText(*column->domain(), response.body);
  } else {
    response.body += "null";
  }
  response.body += "]}";
  return response;
}

Json GetFrameChunks(const FrameRequest& request, Call& call) {
  const auto frame = call.server.catalog().GetFrame(request.frame_id);
  const Layout& layout = frame->layout();
  JsonArray chunks;
  for (size_t i = 0; i < layout.chunks(); ++i) {
    JsonObject chunk = SchemaObject("FrameChunkV3");
    chunk["chunk_id"] = i;
    chunk["row_count"] = layout.ChunkRows(i);
    chunk["node_idx"] = layout.OwnerOf(i);
    chunks.push_back(std::move(chunk));
  }
  JsonObject json = SchemaObject("FrameChunksV3");
  json["frame_id"] = KeyObject(KeyKind::kFrame, request.frame_id);
  json["chunks"] = std::move(chunks);
  return json;
}

Json RemoveFrame(const FrameRequest& request, Call& call) {
  call.server.catalog().GetFrame(request.frame_id);
  call.server.ranks.Run("remove", JsonObject{{"name", request.frame_id}}, {});
  return FramesJson(request, nullptr);
}

Json RemoveFrames(const FrameRequest& request, Call& call) {
  for (const auto& [name, entry] : call.server.catalog().List(EntryKind::kFrame)) {
    call.server.ranks.Run("remove", JsonObject{{"name", name}}, {});
  }
  return FramesJson(request, nullptr);
}

}  // namespace thalweg
