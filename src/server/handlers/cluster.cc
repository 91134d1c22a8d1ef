#include "server/handlers/cluster.h"

#include "server/process_state.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"

namespace thalweg {
namespace {

JsonObject RankObject(int rank, const ServerContext& server) {
  return JsonObject{{"rank", rank},
                    {"threads", server.ranks.threads()},
                    {"healthy", true},
                    {"lost", false},
                    {"silent_seconds", 0.0}};
}

// Processes tell of themselves; threads of this process share what it has.
JsonArray RanksOf(ServerContext& server) {
  const Json own = ReportProcess(server.spool_folder).ToJson();
  const std::vector<RankReport> reports = server.ranks.Reports();
  JsonArray ranks;
  for (int rank = 0; rank < (reports.empty() ? server.ranks.size() : 1); ++rank) {
    JsonObject object = RankObject(rank, server);
    object["process"] = own;
    ranks.push_back(std::move(object));
  }
  for (const RankReport& report : reports) {
    JsonObject object = RankObject(report.rank, server);
    object["healthy"] = IsHealthy(report);
    object["lost"] = report.lost;
    object["silent_seconds"] = report.silent_seconds;
    object["process"] = report.state ? *report.state : Json();
    ranks.push_back(std::move(object));
  }
  return ranks;
}

JsonArray LossesOf(ServerContext& server) {
  JsonArray losses;
  for (const RankLoss& loss : server.ranks.Losses()) {
    losses.push_back(
        JsonObject{{"rank", loss.rank},
                   {"host", loss.host},
                   {"reason", loss.reason},
                   {"time_ms", loss.time_ms},
                   {"repair_seconds", loss.repair_seconds},
                   {"trouble", loss.trouble},
                   {"frames_gone", JsonArray(loss.frames_gone.begin(), loss.frames_gone.end())}});
  }
  return losses;
}

}  // namespace

Json GetCluster(const ClusterRequest& request, Call& call) {
  ServerContext& server = call.server;
  JsonObject json = SchemaObject("ClusterV3", "Cluster");
  json["name"] = server.cloud_name;
  json["version"] = server.options.h2o_version;
  json["one_process"] = server.ranks.Reports().empty();
  json["ranks"] = RanksOf(server);
  json["losses"] = LossesOf(server);
  try {
    const Json described = server.ranks.Run("describe_cluster", nullptr, {});
    json["frames"] = described.at("frames");
    json["commands"] = described.at("commands");
    if (request.network_test) json["network"] = server.ranks.Run("network_test", nullptr, {});
  } catch (const RankFailure& failure) {
    json["trouble"] = failure.what();
  }
  return json;
}

}  // namespace thalweg
