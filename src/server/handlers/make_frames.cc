#include "server/handlers/make_frames.h"

#include <fmt/format.h>

#include <random>

#include "base/json.h"
#include "base/text.h"
#include "jobs/catalog.h"
#include "server/errors.h"
#include "server/frame_views.h"
#include "server/schemas/job.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"

namespace thalweg {
namespace {

int64_t SeedOf(int64_t given) {
  if (given != -1) return given;
  std::random_device device;
  return static_cast<int64_t>(device());
}

JobPtr StartCommand(const char* description, const std::string& result, std::string command,
                    JsonObject arguments, Call& call) {
  return call.server.jobs.Start(description, {result, "Frame"},
                                [&server = call.server, command = std::move(command),
                                 arguments = Json(std::move(arguments))](Job& job) {
                                  server.ranks.Run(command, arguments,
                                                   {.progress = &job, .cancel = &job.cancel()});
                                });
}

std::string NewFrameName(const char* kind, Call& call) {
  // After a restart the numbers begin again, beside frames of before.
  return call.server.catalog().FreeName(fmt::format("{}_{}", kind, call.server.next_number++));
}

}  // namespace

Json CreateFrame(const CreateFrameRequest& request, Call& call) {
  const double fractions = request.categorical_fraction + request.integer_fraction +
                           request.binary_fraction + request.time_fraction +
                           request.string_fraction;
  constexpr double kRounding = 1e-9;
  if (fractions > 1 + kRounding) {
    throw UserError("Integer, binary, categorical, time and string fractions must add up to <= 1.");
  }
  const bool constant = request.integer_fraction == 0 && request.categorical_fraction == 0 &&
                        request.time_fraction == 0;
  if (!request.randomize && !constant) {
    throw UserError(
        "Cannot have integer, categorical or time fractions > 0 unless randomize=true.");
  }
  CreateFrameRequest chosen = request;
  chosen.seed = SeedOf(request.seed);
  if (chosen.dest.empty()) chosen.dest = NewFrameName("create_frame", call);
  JsonObject arguments = SchemaOf<CreateFrameRequest>().ToJson(&chosen).as_object();
  return JobJsonSoon(
      *StartCommand("CreateFrame", chosen.dest, "create_frame", std::move(arguments), call));
}

Json InsertMissing(const MissingInserterRequest& request, Call& call) {
  call.server.catalog().GetFrame(request.dataset);
  if (!(request.fraction >= 0 && request.fraction <= 1)) {
    throw UserError("fraction must be between 0 and 1.");
  }
  JsonObject arguments{
      {"frame", request.dataset}, {"fraction", request.fraction}, {"seed", SeedOf(request.seed)}};
  return JobJsonSoon(*StartCommand("MissingValueInserter", request.dataset, "insert_missing",
                                   std::move(arguments), call));
}

Json MakeInteraction(const InteractionRequest& request, Call& call) {
  const auto frame = call.server.catalog().GetFrame(request.source_frame);
  if (request.factor_columns.empty()) throw UserError("factor_columns: no column is named");
  for (const std::string& name : request.factor_columns) {
    if (frame->column(frame->IndexOf(name)).domain() == nullptr) {
      throw UserError("Column " + Printable(name) + " is not categorical.");
    }
  }
  const std::string dest = request.dest.empty() ? NewFrameName("interaction", call) : request.dest;
  JsonObject arguments{{"source", request.source_frame},
                       {"columns", boost::json::value_from(request.factor_columns)},
                       {"pairwise", request.pairwise},
                       {"max_levels", request.max_factors},
                       {"min_count", request.min_occurrence},
                       {"frame", dest}};
  return JobJsonSoon(
      *StartCommand("Interactions", dest, "interaction", std::move(arguments), call));
}

Json SplitFrame(const SplitFrameRequest& request, Call& call) {
  call.server.catalog().GetFrame(request.dataset);
  double sum = 0;
  for (const double ratio : request.ratios) {
    if (!(ratio > 0 && ratio < 1)) throw UserError("ratios: each lies between 0 and 1");
    sum += ratio;
  }
  if (request.ratios.empty() || sum > 1) throw UserError("ratios: their sum is at most 1");
  const size_t parts = request.ratios.size() + (sum < 1 ? 1 : 0);
  std::vector<std::string> names = request.destination_frames;
  if (names.empty()) {
    for (size_t i = 0; i < parts; ++i) {
      names.push_back(fmt::format("{}_part{}", request.dataset, i));
    }
  }
  if (names.size() != parts) {
    throw UserError(fmt::format("destination_frames: {} names for {} parts", names.size(), parts));
  }
  JsonObject arguments{{"source", request.dataset},
                       {"ratios", boost::json::value_from(request.ratios)},
                       {"frames", boost::json::value_from(names)}};
  const JobPtr job =
      StartCommand("SplitFrame", names[0], "split_frame", std::move(arguments), call);
  constexpr auto kMoment = std::chrono::milliseconds(50);
  job->WaitFor(kMoment);
  JsonObject json = SchemaObject("SplitFrameV3", "SplitFrame");
  json["key"] = KeyObject(KeyKind::kJob, job->key());
  json["dataset"] = KeyObject(KeyKind::kFrame, request.dataset);
  json["ratios"] = boost::json::value_from(request.ratios);
  JsonArray frames;
  for (const std::string& name : names) frames.push_back(KeyObject(KeyKind::kFrame, name));
  json["destination_frames"] = std::move(frames);
  return json;
}

HttpResponse FindCell(const FindRequest& request, Call& call) {
  const auto frame = call.server.catalog().GetFrame(request.key);
  if (request.column.empty()) throw IllegalArgument("column: name one column to search in");
  const size_t column = frame->IndexOf(request.column);
  const Json found = call.server.ranks.Run("find_cell",
                                           JsonObject{{"frame", request.key},
                                                      {"column", column},
                                                      {"row", request.row},
                                                      {"text", request.match}},
                                           {});
  FrameRequest shown;
  shown.row_offset = request.row;
  FrameWindow window = WindowOf(shown, *frame);
  window.column_begin = column;
  window.column_end = column + 1;
  const FrameWindow sent = window;
  JsonArray columns = ColumnsJson(request.key, *frame, sent, false, call.server);
  window.column_begin = 0;
  window.column_end = 1;
  JsonObject json = SchemaObject("FindV3");
  json["_exclude_fields"] = "";
  json["key"] =
      FrameJson({.rows = frame->rows(), .all_columns = 1}, shown, window, std::move(columns));
  json["column"] = request.column;
  json["row"] = request.row;
  json["match"] = request.match;
  json["prev"] = found.at("prev");
  json["next"] = found.at("next");
  return ColumnsResponse(json, *frame, sent);
}

Json RefuseTabulate(const FieldList&, Call&) {
  throw IllegalArgument("Tabulate is not there; use table() or group_by() of the client");
}

Json RefuseDct(const FieldList&, Call&) {
  throw IllegalArgument("DCTTransformer is not there: cosine transforms cannot be computed");
}

}  // namespace thalweg
