#include "server/schemas/reproducibility.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <utility>

#include "learn/grid/frame_fingerprint.h"
#include "server/schemas/two_dim_table.h"

namespace thalweg {
namespace {

const char* FormatOf(std::string_view type) {
  return type == "string" ? "%s" : type == "double" ? "%.5f" : "%d";
}

// A column of one member of each object.
void AddMember(const JsonArray& objects, const char* column, const char* type, const char* member,
               TwoDimTable& table) {
  JsonArray cells;
  for (const Json& object : objects) {
    const Json& value = object.at(member);
    const bool text = std::string_view(type) == "string" && !value.is_string();
    cells.push_back(text ? Json(boost::json::serialize(value)) : value);
  }
  table.Add(column, type, FormatOf(type), std::move(cells));
}

// The same in every row.
void AddSame(size_t rows, const char* column, const char* type, const Json& value,
             TwoDimTable& table) {
  table.Add(column, type, FormatOf(type), JsonArray(rows, value));
}

std::string OperatingSystem() {
  utsname names{};
  if (uname(&names) != 0) return "";
  return fmt::format("{} {} ({})", names.sysname, names.release, names.machine);
}

Json NodesTable(const JsonArray& nodes) {
  struct Named {
    const char* column;
    const char* type;
    const char* member;
  };
  // In the clients' order.
  constexpr Named kMembers[] = {{"h2o", "string", "h2o"},
                                {"healthy", "string", "healthy"},
                                {"last_ping", "string", "last_ping"},
                                {"num_cpus", "int", "num_cpus"},
                                {"sys_load", "double", "sys_load"},
                                {"mem_value_size", "long", "mem_value_size"},
                                {"free_mem", "long", "free_mem"},
                                {"pojo_mem", "long", "pojo_mem"},
                                {"swap_mem", "long", "swap_mem"},
                                {"free_disc", "long", "free_disk"},
                                {"max_disc", "long", "max_disk"},
                                {"pid", "int", "pid"},
                                {"num_keys", "int", "num_keys"},
                                {"tcps_active", "string", "tcps_active"},
                                {"open_fds", "int", "open_fds"},
                                {"rpcs_active", "string", "rpcs_active"},
                                {"nthreads", "int", "nthreads"}};
  TwoDimTable table("Node Information");
  table.AddNoRowNames(nodes.size());
  JsonArray numbers, leaders;
  for (size_t i = 0; i < nodes.size(); ++i) {
    numbers.push_back(i);
    leaders.emplace_back(i == 0 ? "true" : "false");
  }
  table.Add("node", "int", "%d", std::move(numbers));
  for (const Named& named : kMembers) {
    AddMember(nodes, named.column, named.type, named.member, table);
  }
  table.Add("is_leader", "string", "%s", std::move(leaders));
  AddMember(nodes, "total_mem", "long", "mem_value_size", table);
  AddMember(nodes, "max_mem", "long", "max_mem", table);
  AddSame(nodes.size(), "java_version", "string", "none", table);
  AddSame(nodes.size(), "jvm_launch_parameters", "string", "[]", table);
  AddSame(nodes.size(), "os_version", "string", Json(OperatingSystem()), table);
  const int64_t memory = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  AddSame(nodes.size(), "machine_physical_mem", "long", memory, table);
  // Numbers and texts are the same in every locale.
  AddSame(nodes.size(), "machine_locale", "string", "C", table);
  return table.ToJson();
}

Json ClusterTable(const Json& cloud) {
  const JsonArray& nodes = cloud.at("nodes").as_array();
  TwoDimTable table("Cluster Configuration");
  table.AddNoRowNames(1);
  const auto add = [&](const char* column, const char* type, const Json& value) {
    AddSame(1, column, type, value, table);
  };
  add("h2o_cluster_uptime", "long", cloud.at("cloud_uptime_millis"));
  add("h2o_cluster_timezone", "string", cloud.at("cloud_internal_timezone"));
  add("h2o_data_parsing_timezone", "string", cloud.at("datafile_parser_timezone"));
  add("h2o_cluster_version", "string", cloud.at("version"));
  add("h2o_cluster_version_age", "string", cloud.at("build_age"));
  add("h2o_cluster_name", "string", cloud.at("cloud_name"));
  add("h2o_cluster_total_nodes", "int", cloud.at("cloud_size"));
  // Ranks share one machine.
  add("h2o_cluster_free_memory", "long", nodes.at(0).at("free_mem"));
  add("h2o_cluster_total_cores", "int", nodes.at(0).at("num_cpus"));
  add("h2o_cluster_allowed_cores", "int", nodes.at(0).at("cpus_allowed"));
  add("h2o_cluster_status", "string", "locked, healthy");
  add("h2o_internal_security", "string",
      cloud.at("internal_security_enabled").as_bool() ? "true" : "false");
  add("h2o_api_extensions", "string", "Core V3");
  return table.ToJson();
}

Json FramesTable(const InputFrame& training, const InputFrame& validation) {
  TwoDimTable table("Input Frames Information");
  table.AddNoRowNames(2);
  JsonArray checksums, starts;
  for (const InputFrame* frame : {&training, &validation}) {
    checksums.push_back(frame->checksum ? Json(*frame->checksum) : Json());
    starts.emplace_back(frame->starts.empty()
                            ? std::string("-1")
                            : fmt::format("[{}]", fmt::join(frame->starts, ", ")));
  }
  table.AddTexts("input_frame", {"training_frame", "validation_frame"});
  table.Add("checksum", "long", "%d", std::move(checksums));
  table.Add("espc", "string", "%d", std::move(starts));
  return table.ToJson();
}

}  // namespace

InputFrame DescribeInput(const Frame& frame, ThreadPool& pool) {
  InputFrame input{.checksum = std::nullopt};
  if (frame.layout().ranks() == 1)
    input.checksum = static_cast<int64_t>(FrameChecksum(frame, pool));
  for (size_t i = 0; i < frame.layout().chunks(); ++i) {
    input.starts.push_back(frame.layout().ChunkStart(i));
  }
  input.starts.push_back(frame.rows());
  return input;
}

Json ReproducibilityToWire(const Json& cloud, const InputFrame& training,
                           const InputFrame& validation) {
  return JsonArray{NodesTable(cloud.at("nodes").as_array()), ClusterTable(cloud),
                   FramesTable(training, validation)};
}

}  // namespace thalweg
