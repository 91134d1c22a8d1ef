#include "server/handlers/observe.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <optional>

#include "base/text.h"
#include "server/errors.h"
#include "server/process_state.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"
#include "server/stack_sampler.h"

namespace thalweg {
namespace {

constexpr int kProfileSamples = 100;
constexpr auto kProfileInterval = std::chrono::milliseconds(10);
constexpr size_t kShownStacks = 100;

LogLevel LevelOf(const std::string& name) {
  if (name == "default" || EqualsIgnoreCase(name, "info") || name == "httpd")
    return LogLevel::kInfo;
  if (EqualsIgnoreCase(name, "trace") || EqualsIgnoreCase(name, "debug")) return LogLevel::kDebug;
  if (EqualsIgnoreCase(name, "warn")) return LogLevel::kWarn;
  if (EqualsIgnoreCase(name, "error") || EqualsIgnoreCase(name, "fatal")) return LogLevel::kError;
  throw IllegalArgument("there is no log " + Printable(name) +
                        "; there are debug, info, warn, error");
}

// Ranks of one process have one log; -1 stands for all, as the clients send it.
void RequireRank(const std::string& text, Call& call) {
  const std::optional<int64_t> rank = ParseInt(text);
  if (text == "self" || (rank && *rank >= -1 && *rank < call.server.ranks.size())) return;
  throw IllegalArgument("nodeidx: there is no rank " + Printable(text));
}

std::string Rate(double bytes, double seconds) {
  return fmt::format("{}, {}/s", HumanDuration(seconds), HumanBytes(bytes / seconds));
}

// A family of values in Prometheus' form.
class PrometheusText {
 public:
  void Family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                   type);
  }
  void Value(std::string_view labels, double value, std::string_view suffix = "") {
    fmt::format_to(std::back_inserter(text_), "{}{}{} {}\n", name_, suffix,
                   labels.empty() ? "" : fmt::format("{{{}}}", labels), value);
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

// For a label's value: \ " and line ends escaped.
std::string Label(std::string_view key, std::string_view value) {
  std::string text;
  for (const char c : ToValidUtf8(value)) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return fmt::format("{}=\"{}\"", key, text);
}

void AddRequests(const Activity::Counts& counts, PrometheusText& metrics) {
  metrics.Family("thalweg_requests_total", "counter", "Requests answered, by class of status.");
  for (size_t i = 1; i < counts.by_status.size(); ++i) {
    metrics.Value(fmt::format("status=\"{}xx\"", i), static_cast<double>(counts.by_status[i]));
  }
  metrics.Family("thalweg_request_seconds", "histogram", "Time to answer a request.");
  uint64_t sum = 0;
  for (size_t i = 0; i < counts.by_duration.size(); ++i) {
    sum += counts.by_duration[i];
    const std::string bound =
        i < kDurationBounds.size() ? fmt::format("{}", kDurationBounds[i]) : "+Inf";
    metrics.Value(fmt::format("le=\"{}\"", bound), static_cast<double>(sum), "_bucket");
  }
  metrics.Value("", counts.seconds, "_sum");
  metrics.Value("", static_cast<double>(sum), "_count");
}

void AddConnections(const HttpServer::Counts& counts, PrometheusText& metrics) {
  metrics.Family("thalweg_connections", "gauge", "Connections open now.");
  metrics.Value("", static_cast<double>(counts.connections));
  metrics.Family("thalweg_connections_total", "counter", "Connections accepted.");
  metrics.Value("", static_cast<double>(counts.accepted));
  metrics.Family("thalweg_requests_refused_total", "counter",
                 "Requests refused before they got to an endpoint.");
  metrics.Value("", static_cast<double>(counts.refused));
  metrics.Family("thalweg_received_bytes_total", "counter", "Bytes received.");
  metrics.Value("", static_cast<double>(counts.bytes_in));
  metrics.Family("thalweg_sent_bytes_total", "counter", "Bytes sent.");
  metrics.Value("", static_cast<double>(counts.bytes_out));
}

void AddMemory(ServerContext& server, PrometheusText& metrics) {
  constexpr size_t kMost = 1000;
  metrics.Family("thalweg_frame_bytes", "gauge", "Memory of each frame; columns may be shared.");
  auto frames = server.catalog().List(EntryKind::kFrame);
  if (frames.size() > kMost) frames.resize(kMost);
  for (const auto& [name, entry] : frames) {
    metrics.Value(Label("frame", name), static_cast<double>(entry->ByteSize()));
  }
  metrics.Family("thalweg_models", "gauge", "Models in memory.");
  metrics.Value("", static_cast<double>(server.catalog().List(EntryKind::kModel).size()));
}

}  // namespace

Json GetLog(const LogRequest& request, Call& call) {
  RequireRank(request.nodeidx, call);
  JsonObject json = SchemaObject("LogsV3");
  json["nodeidx"] = request.nodeidx;
  json["name"] = request.name;
  json["log"] = call.server.log.Text(LevelOf(request.name));
  return json;
}

HttpResponse DownloadLog(const LogDownloadRequest& request, Call& call) {
  if (!EqualsIgnoreCase(request.log_container, "LOG")) {
    throw IllegalArgument("logs come as text: log_container=LOG");
  }
  if (!request.nodeidx.empty()) RequireRank(request.nodeidx, call);
  HttpResponse response;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("Content-Disposition", "attachment; filename=thalweg.log");
  response.body = call.server.log.Text(LogLevel::kDebug);
  return response;
}

Json GetTimeline(const NoFields&, Call& call) {
  JsonArray events;
  for (const ActivityEvent& event : call.server.activity.Events()) {
    JsonObject json = SchemaObject("EventV3");
    json["date"] =
        fmt::format("{:%H:%M:%S}:{:03}", fmt::gmtime(event.time_ms / 1000), event.time_ms % 1000);
    json["nanos"] = event.time_ms * 1'000'000;
    json["type"] = event.kind;
    json["what"] = event.what;
    json["outcome"] = event.outcome;
    json["msec"] = event.seconds * 1e3;
    events.push_back(std::move(json));
  }
  JsonObject json = SchemaObject("TimelineV3", "Timeline");
  json["now"] = static_cast<int64_t>(std::time(nullptr)) * 1000;
  json["self"] = call.server.address;
  json["events"] = std::move(events);
  return json;
}

Json GetProfile(const ProfilerRequest& request, Call& call) {
  const auto counts =
      ProfileStacks(static_cast<size_t>(request.depth), kProfileSamples, kProfileInterval);
  std::vector<std::pair<int, std::string>> sorted;
  for (const auto& [stack, count] : counts) sorted.emplace_back(count, stack);
  std::sort(sorted.rbegin(), sorted.rend());
  if (sorted.size() > kShownStacks) sorted.resize(kShownStacks);
  JsonArray entries;
  for (const auto& [count, stack] : sorted) {
    JsonObject entry = SchemaObject("ProfilerNodeEntryV3");
    entry["stacktrace"] = stack;
    entry["count"] = count;
    entries.push_back(std::move(entry));
  }
  JsonObject node = SchemaObject("ProfilerNodeV3");
  node["node_name"] = call.server.address;
  node["timestamp"] = static_cast<int64_t>(std::time(nullptr)) * 1000;
  node["entries"] = std::move(entries);
  JsonObject json = SchemaObject("ProfilerV3");
  json["depth"] = request.depth;
  json["nodes"] = JsonArray{std::move(node)};
  return json;
}

Json GetStacks(const NoFields&, Call& call) {
  JsonArray traces;
  for (const ThreadStack& stack : SampleStacks(100)) {
    std::string text = fmt::format("\"{}\" thread {}\n", stack.name, stack.thread);
    for (const std::string& frame : stack.frames) text += "    " + frame + "\n";
    traces.emplace_back(text);
  }
  JsonObject node = SchemaObject("DStackTraceV3", "DStackTrace");
  node["node"] = call.server.address;
  node["time"] = static_cast<int64_t>(std::time(nullptr)) * 1000;
  node["thread_traces"] = std::move(traces);
  JsonObject json = SchemaObject("JStackV3", "JStack");
  json["traces"] = JsonArray{std::move(node)};
  return json;
}

Json LogStacks(const NoFields&, Call& call) {
  for (const ThreadStack& stack : SampleStacks(100)) {
    call.server.log.Write(
        LogLevel::kInfo, "stack",
        {{"thread", stack.thread}, {"name", stack.name}, {"frames", Join(stack.frames, " < ")}});
  }
  return SchemaObject("KillMinus3V3");
}

Json GetNetworkTest(const NoFields&, Call& call) {
  const Json measured = call.server.ranks.Run("network_test", nullptr, {});
  const auto column = [](const char* name) {
    JsonObject spec = SchemaObject("ColumnSpecsBase");
    spec["name"] = name;
    spec["type"] = "string";
    spec["format"] = "%s";
    spec["description"] = name;
    return spec;
  };
  JsonArray columns{column("destination")};
  JsonArray data{JsonArray{fmt::format("all {} ranks - all-gather", call.server.ranks.size())}};
  JsonArray seconds;
  JsonArray bandwidths;
  for (const Json& size : measured.as_array()) {
    const double bytes = size.at("bytes").to_number<double>();
    const double time = size.at("all_gather_seconds").to_number<double>();
    columns.push_back(column(fmt::format("{}_bytes", bytes).c_str()));
    data.push_back(JsonArray{Rate(bytes, time)});
    seconds.push_back(time * 1e6);
    bandwidths.push_back(bytes / time);
  }
  JsonObject table = SchemaObject("TwoDimTableV3", "TwoDimTable");
  table["name"] = "Network Test";
  table["description"] = "Launched from " + call.server.address;
  table["columns"] = std::move(columns);
  table["rowcount"] = 1;
  table["data"] = std::move(data);
  JsonObject json = SchemaObject("NetworkTestV3", "NetworkTest");
  json["microseconds_collective"] = std::move(seconds);
  json["bandwidths_collective"] = std::move(bandwidths);
  json["nodes"] = JsonArray{call.server.address};
  json["table"] = std::move(table);
  return json;
}

HttpResponse GetMetrics(const NoFields&, Call& call) {
  ServerContext& server = call.server;
  PrometheusText metrics;
  const Activity::Counts counts = server.activity.counts();
  AddRequests(counts, metrics);
  if (server.http_counts) AddConnections(server.http_counts(), metrics);
  metrics.Family("thalweg_jobs_running", "gauge", "Jobs under way.");
  metrics.Value("", static_cast<double>(server.jobs.running()));
  metrics.Family("thalweg_jobs_total", "counter", "Jobs that have ended, by outcome.");
  metrics.Value("outcome=\"done\"", static_cast<double>(counts.jobs_done));
  metrics.Value("outcome=\"failed\"", static_cast<double>(counts.jobs_failed));
  metrics.Value("outcome=\"cancelled\"", static_cast<double>(counts.jobs_cancelled));
  const ProcessState process = ReadProcessState(server.spool_folder);
  metrics.Family("process_resident_memory_bytes", "gauge", "Memory of this process.");
  metrics.Value("", static_cast<double>(process.resident_bytes));
  metrics.Family("process_open_fds", "gauge", "Open files and connections.");
  metrics.Value("", static_cast<double>(process.open_files));
  metrics.Family("process_start_time_seconds", "gauge", "Start of this server since 1970, UTC.");
  metrics.Value("", static_cast<double>(server.start_ms) / 1e3);
  AddMemory(server, metrics);
  HttpResponse response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = std::move(metrics).text();
  return response;
}

}  // namespace thalweg
