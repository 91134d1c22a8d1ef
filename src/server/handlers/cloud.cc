#include "server/handlers/cloud.h"

#include <fmt/format.h>

#include "base/wall_clock.h"
#include "server/process_state.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"

namespace thalweg {
namespace {

JsonObject Node(ServerContext& server, const std::string& name, const ProcessReport& process) {
  const ProcessState& state = process.state;
  JsonObject node = SchemaObject("NodeV3");
  node["h2o"] = name;
  node["ip_port"] = server.address;
  node["healthy"] = true;
  node["last_ping"] = WallClockMs();
  node["pid"] = process.pid;
  node["num_cpus"] = state.processors;
  node["cpus_allowed"] = state.processors;
  node["nthreads"] = server.ranks.threads();
  node["sys_load"] = state.load;
  node["my_cpu_pct"] = -1;
  node["sys_cpu_pct"] = -1;
  node["mem_value_size"] = state.resident_bytes;
  node["pojo_mem"] = 0;
  node["free_mem"] = state.available_bytes;
  node["max_mem"] = state.available_bytes + state.resident_bytes;
  node["swap_mem"] = 0;
  node["num_keys"] = server.catalog().size();
  node["free_disk"] = state.disk_free_bytes;
  node["max_disk"] = state.disk_bytes;
  node["rpcs_active"] = server.jobs.running();
  node["fjthrds"] = JsonArray();
  node["fjqueue"] = JsonArray();
  node["tcps_active"] = 0;
  node["open_fds"] = state.open_files;
  node["gflops"] = 0.0;
  node["mem_bw"] = 0.0;
  return node;
}

JsonArray Nodes(ServerContext& server, int64_t* bad) {
  const ProcessReport own = ReportProcess(server.spool_folder);
  JsonArray nodes{Node(server, server.address, own)};
  const std::vector<RankReport> reports = server.ranks.Reports();
  if (reports.empty()) {
    // Threads of this process.
    for (int rank = 1; rank < server.ranks.size(); ++rank) {
      nodes.push_back(Node(server, fmt::format("{} rank {}", server.address, rank), own));
    }
  }
  for (const RankReport& report : reports) {
    const int rank = report.rank;
    const std::string name = fmt::format("{} rank {}", server.address, rank);
    const bool reported = report.state && report.state->is_object();
    const ProcessReport process = reported ? ProcessReport::FromJson(*report.state) : own;
    JsonObject node =
        Node(server, reported ? fmt::format("rank {} on {}", rank, process.host) : name, process);
    node["last_ping"] = WallClockMs() - static_cast<int64_t>(1000 * report.silent_seconds);
    const bool healthy = IsHealthy(report);
    node["healthy"] = healthy;
    if (!healthy) ++*bad;
    nodes.push_back(std::move(node));
  }
  return nodes;
}

}  // namespace

Json GetCloud(const CloudRequest& request, Call& call) {
  ServerContext& server = call.server;
  const std::string& version = server.options.h2o_version;
  JsonObject json = SchemaObject("CloudV3");
  json["skip_ticks"] = request.skip_ticks;
  json["version"] = version;
  const size_t dot = version.rfind('.');
  json["branch_name"] = "rel-" + version.substr(0, dot);
  json["build_number"] = dot == std::string::npos ? "" : version.substr(dot + 1);
  json["last_commit_hash"] = "";
  json["describe"] = "thalweg";
  json["compiled_by"] = "thalweg";
  json["compiled_on"] = "";
  json["build_age"] = "0 days";
  json["build_too_old"] = false;
  json["node_idx"] = 0;
  json["cloud_name"] = server.cloud_name;
  json["cloud_uptime_millis"] = WallClockMs() - server.start_ms;
  json["cloud_internal_timezone"] = "UTC";
  json["datafile_parser_timezone"] = "UTC";
  json["consensus"] = true;
  json["locked"] = true;
  json["is_client"] = false;
  json["hadoop_version"] = nullptr;
  json["telemetry_enabled"] = false;
  int64_t bad = 0;
  JsonArray nodes = Nodes(server, &bad);
  json["cloud_size"] = nodes.size();
  json["nodes"] = std::move(nodes);
  json["bad_nodes"] = bad;
  json["cloud_healthy"] = bad == 0;
  json["internal_security_enabled"] = false;
  json["leader_idx"] = 0;
  json["web_ip"] = server.options.ip;
  return json;
}

Json GetPing(const NoFields&, Call& call) {
  JsonObject node = SchemaObject("NodeMemoryInfoV3");
  node["ip_port"] = call.server.address;
  node["free_mem"] = RecentProcessState(call.server.spool_folder).available_bytes;
  JsonObject json = SchemaObject("PingV3");
  json["cloud_uptime_millis"] = WallClockMs() - call.server.start_ms;
  json["cloud_healthy"] = true;
  json["nodes"] = JsonArray{std::move(node)};
  return json;
}

Json GetAbout(const NoFields&, Call& call) {
  JsonArray entries;
  const auto add = [&](const char* name, const std::string& value) {
    JsonObject entry = SchemaObject("AboutEntryV3");
    entry["name"] = name;
    entry["value"] = value;
    entries.push_back(std::move(entry));
  };
  add("Program", "thalweg (independent of H2O.ai)");
  add("Build project version", call.server.options.h2o_version);
  add("Internal Security", "Disabled");
  JsonObject json = SchemaObject("AboutV3");
  json["entries"] = std::move(entries);
  return json;
}

Json GetCapabilities(const NoFields&, Call&) {
  JsonObject entry = SchemaObject("CapabilityEntryV3");
  entry["name"] = "Core V3";
  JsonObject json = SchemaObject("CapabilitiesV3");
  json["capabilities"] = JsonArray{std::move(entry)};
  return json;
}

}  // namespace thalweg
