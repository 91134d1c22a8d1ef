#include "server/handlers/parse.h"

#include <mutex>

#include "base/json.h"
#include "server/parse_guess.h"
#include "server/parse_plan.h"
#include "server/schemas/job.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"
#include "server/source_files.h"

namespace thalweg {
namespace {

// Starts the parse of sources that are there.
JobPtr StartParse(const ParsePlan& plan, const SourceFiles& sources, const std::string& name,
                  bool delete_sources, ServerContext& server) {
  JsonObject arguments;
  arguments["files"] = boost::json::value_from(sources.paths());
  arguments["shown"] = boost::json::value_from(sources.names);
  arguments["frame"] = name;
  arguments["options"] = SchemaOf<ParseOptions>().ToJson(&plan.options);
  JsonObject expected;
  for (const auto& [column, type] : plan.expected.types) expected[column] = ColumnTypeName(type);
  arguments["expected"] = std::move(expected);
  const auto work = [&server, sources, delete_sources,
                     arguments = Json(std::move(arguments))](Job& job) {
    const Json result =
        server.ranks.Run("parse", arguments, {.progress = &job, .cancel = &job.cancel()});
    for (const Json& warning : result.at("warnings").as_array()) {
      job.Warn(std::string(warning.as_string()));
    }
    if (!delete_sources) return;
    for (const std::string& source : sources.names) {
      server.ranks.Run("remove", JsonObject{{"name", source}}, {});
    }
  };
  return server.jobs.Start("Parse", {name, "Frame"}, work);
}

std::string NameForFrame(const SourceFiles& sources, ServerContext& server) {
  return server.catalog().FreeName(FrameNameOf(sources.names[0], sources.entries[0]->uploaded()));
}

}  // namespace

Json SetUpParse(const FileParseRequest& request, Call& call) {
  const SourceFiles sources =
      FindSources(request.source_frames, call.server.catalog(), call.server.import_roots);
  ThreadPool pool(call.server.ranks.threads());
  const ParseGuess guess = LookIntoFiles(request, sources, pool);
  const std::string destination = request.destination_frame.empty()
                                      ? NameForFrame(sources, call.server)
                                      : request.destination_frame;
  return ParseSetupJson(request, guess, destination);
}

Json Parse(const FileParseRequest& request, Call& call) {
  const SourceFiles sources =
      FindSources(request.source_frames, call.server.catalog(), call.server.import_roots);
  FileParseRequest named = request;
  if (named.destination_frame.empty()) {
    named.destination_frame = NameForFrame(sources, call.server);
  }
  ThreadPool pool(1);
  const ParsePlan plan = PlanParse(named, sources, pool);
  const JobPtr job =
      StartParse(plan, sources, named.destination_frame, named.delete_on_done, call.server);
  constexpr auto kWait = std::chrono::milliseconds(50);
  while (named.blocking && !job->WaitFor(kWait)) {
  }
  return ParseJobJson(named, JobJsonSoon(*job));
}

Json ParseSvmLight(const ParseSvmLightRequest& request, Call& call) {
  const SourceFiles sources =
      FindSources(request.source_frames, call.server.catalog(), call.server.import_roots);
  ParsePlan plan;
  plan.options.format = ParseFormat::kSvmLight;
  const std::string name = request.destination_frame.empty() ? NameForFrame(sources, call.server)
                                                             : request.destination_frame;
  return JobJsonSoon(*StartParse(plan, sources, name, true, call.server));
}

}  // namespace thalweg
