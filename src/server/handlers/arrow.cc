#include "server/handlers/arrow.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "base/json.h"
#include "ingest/arrow/arrow_stream.h"
#include "ingest/parse.h"
#include "jobs/catalog.h"
#include "server/errors.h"
#include "server/schemas/job.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"

namespace thalweg {
namespace {

// All rows of a frame, on this rank.
std::shared_ptr<const Frame> WholeFrame(const std::string& name, ServerContext& server) {
  auto frame = server.catalog().GetFrame(name);
  if (frame->layout().ranks() == 1) return frame;
  const std::string copy = fmt::format("{}_whole_{}", name, server.next_number++);
  server.ranks.Run("gather_frame", JsonObject{{"frame", name}, {"as", copy}}, {});
  frame = server.catalog().GetFrame(copy);
  server.catalog().Remove(copy);
  return frame;
}

}  // namespace

Json PostArrow(const ArrowUploadRequest& request, Call& call) {
  const auto body = call.http.body_file;
  if (body == nullptr) throw IllegalArgument("the body holds no Arrow IPC data");
  const std::string name =
      request.destination_frame.empty()
          ? call.server.catalog().FreeName(fmt::format("arrow_{}.hex", call.server.next_number++))
          : request.destination_frame;
  ParseOptions options;
  options.format = ParseFormat::kArrow;
  JsonObject arguments{{"files", JsonArray{Json(body->path())}},
                       {"shown", JsonArray{Json("the body")}},
                       {"frame", name},
                       {"options", SchemaOf<ParseOptions>().ToJson(&options)},
                       {"expected", JsonObject()}};
  const JobPtr job = call.server.jobs.Start(
      "Arrow upload", {name, "Frame"},
      [&server = call.server, body, arguments = Json(std::move(arguments))](Job& running) {
        const Json result = server.ranks.Run("parse", arguments,
                                             {.progress = &running, .cancel = &running.cancel()});
        for (const Json& warning : result.at("warnings").as_array()) {
          running.Warn(std::string(warning.as_string()));
        }
      });
  constexpr auto kWait = std::chrono::milliseconds(100);
  while (!job->WaitFor(kWait)) {
  }
  const JobState state = job->state();
  if (state.status == JobStatus::kFailed) {
    if (state.error_type == "UserError") throw IllegalArgument(state.error);
    throw HttpError(500, "java.lang.RuntimeException", state.error);
  }
  if (state.status == JobStatus::kCancelled) throw Cancelled();
  const auto frame = call.server.catalog().GetFrame(name);
  return JsonObject{{"destination_frame", name},
                    {"total_bytes", call.http.body_bytes},
                    {"rows", frame->rows()},
                    {"columns", frame->columns()},
                    {"warnings", boost::json::value_from(state.warnings)}};
}

HttpResponse GetArrow(const ArrowDownloadRequest& request, Call& call) {
  auto stream = std::make_shared<ArrowStream>(WholeFrame(request.frame_id, call.server),
                                              call.server.ranks.threads());
  HttpResponse response;
  response.content_type = "application/vnd.apache.arrow.stream";
  response.stream = [stream](std::string& piece) { return stream->Next(piece); };
  return response;
}

}  // namespace thalweg
