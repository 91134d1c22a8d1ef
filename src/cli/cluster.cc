// `thalweg cluster`: what the ranks of a running server do and hold.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "cli/table.h"
#include "ingest/sources/download.h"

namespace thalweg {
namespace {

constexpr uint64_t kMostBytes = uint64_t{64} << 20;

// A folder that is gone with this object.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "thalweg-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw UserError("no temporary folder can be made");
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

double Number(const Json& json, const char* name) { return json.at(name).to_number<double>(); }
std::string Text(const Json& json, const char* name) {
  return std::string(json.at(name).as_string());
}
std::string Bytes(const Json& json, const char* name) { return HumanBytes(Number(json, name)); }

// Of a message: microseconds to seconds.
std::string ShortTime(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.0f} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.1f} ms", seconds * 1e3);
  return fmt::format("{:.1f} s", seconds);
}

std::string StateOf(const Json& rank) {
  if (rank.at("lost").as_bool()) return "lost";
  if (rank.at("healthy").as_bool()) return "well";
  return fmt::format("silent for {}", HumanDuration(Number(rank, "silent_seconds")));
}

void PrintRanks(const Json& cluster) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& rank : cluster.at("ranks").as_array()) {
    const Json& process = rank.at("process");
    const std::string number = fmt::format("{}", Number(rank, "rank"));
    if (!process.is_object()) {
      rows.push_back({number, "", "", "", "", "", "", "", StateOf(rank)});
      continue;
    }
    rows.push_back(
        {number, Text(process, "host"), fmt::format("{}", Number(process, "pid")),
         fmt::format("{}", Number(process, "processors")),
         fmt::format("{}", Number(rank, "threads")), fmt::format("{:.1f}", Number(process, "load")),
         Bytes(process, "resident_bytes"), Bytes(process, "available_bytes"), StateOf(rank)});
  }
  fmt::print("{}", FormatTable({{"rank", true},
                                {"host"},
                                {"process", true},
                                {"processors", true},
                                {"threads", true},
                                {"load", true},
                                {"memory used", true},
                                {"free", true},
                                {"state"}},
                               rows));
}

void PrintLosses(const Json& cluster) {
  for (const Json& loss : cluster.at("losses").as_array()) {
    const std::string host = Text(loss, "host");
    fmt::print("\nlost: rank {}{}, {}; the others took over in {}\n", Number(loss, "rank"),
               host.empty() ? "" : " on " + host, Text(loss, "reason"),
               ShortTime(Number(loss, "repair_seconds")));
    if (const std::string trouble = Text(loss, "trouble"); !trouble.empty()) {
      fmt::print("  no second copies could be made again: {}\n", trouble);
    }
    for (const Json& name : loss.at("frames_gone").as_array()) {
      fmt::print("  with both copies of its rows: frame {}\n", std::string_view(name.as_string()));
    }
  }
}

void PrintFrames(const Json& cluster) {
  const size_t ranks = cluster.at("ranks").as_array().size();
  std::vector<TableColumn> columns = {{"frame"}, {"columns", true}, {"rows", true}};
  for (size_t r = 0; r < ranks; ++r) columns.push_back({fmt::format("on rank {}", r), true});
  std::vector<std::vector<std::string>> rows;
  for (const Json& frame : cluster.at("frames").as_array()) {
    std::vector<std::string> row = {Text(frame, "name"),
                                    fmt::format("{}", Number(frame, "columns")),
                                    WithThousands(frame.at("rows").to_number<int64_t>())};
    for (const Json& part : frame.at("ranks").as_array()) {
      row.push_back(fmt::format("{} ({})", WithThousands(part.at("rows").to_number<int64_t>()),
                                Bytes(part, "bytes")));
    }
    rows.push_back(std::move(row));
  }
  fmt::print("\n{}", rows.empty() ? "no frames\n" : FormatTable(columns, rows));
}

// Shares of the whole time of a rank.
void PrintCommands(const Json& cluster) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& command : cluster.at("commands").as_array()) {
    size_t rank = 0;
    for (const Json& time : command.at("ranks").as_array()) {
      const double computing = Number(time, "computing");
      const double communicating = Number(time, "communicating");
      const double waiting = Number(time, "waiting");
      const double all = computing + communicating + waiting;
      const auto share = [all](double part) {
        return fmt::format("{:.0f} %", all > 0 ? 100 * part / all : 0);
      };
      rows.push_back({rank == 0 ? Text(command, "command") : "",
                      rank != 0                         ? ""
                      : command.at("running").as_bool() ? "runs"
                                                        : "done",
                      fmt::format("{}", rank), HumanDuration(all), share(computing),
                      share(communicating), share(waiting)});
      ++rank;
    }
  }
  if (rows.empty()) return;
  fmt::print("\n{}", FormatTable({{"command"},
                                  {"state"},
                                  {"rank", true},
                                  {"time", true},
                                  {"computing", true},
                                  {"communicating", true},
                                  {"waiting", true}},
                                 rows));
}

void PrintNetwork(const Json& cluster) {
  const Json* network = cluster.as_object().if_contains("network");
  if (network == nullptr) return;
  std::vector<std::vector<std::string>> rows;
  for (const Json& size : network->as_array()) {
    const auto cells = [&](const char* name) {
      const double seconds = Number(size, name);
      return fmt::format("{}, {}/s", ShortTime(seconds),
                         HumanBytes(Number(size, "bytes") / seconds));
    };
    rows.push_back(
        {Bytes(size, "bytes"), cells("all_gather_seconds"), cells("all_reduce_seconds")});
  }
  fmt::print("\n{}",
             FormatTable({{"message", true}, {"all-gather", true}, {"all-reduce", true}}, rows));
}

class ClusterCommand : public Command {
 public:
  explicit ClusterCommand(CLI::App& parent) {
    app = parent.add_subcommand("cluster", "Show the ranks of a running server, and what they do.");
    app->add_option("url", url_, "Of the server. [http://127.0.0.1:54321]");
    app->add_flag("--network", network_, "Measure the network between the ranks, too.");
    app->add_flag("--json", json_, "Everything as JSON.");
    app->add_option("--user", user_,
                    "Name to log in with; the password is taken from THALWEG_PASSWORD.");
    app->add_option("--certificates", certificates_,
                    "File with the certificate of a server that the system does not know.");
    app->allow_extras();
    app->footer(R"(
Examples:
  thalweg cluster
  thalweg cluster http://127.0.0.1:54323 --network
  THALWEG_PASSWORD=… thalweg cluster https://server:54321 --user ann --certificates cert.pem)");
  }

  int Run() override {
    const std::string text = Ask();
    if (json_) {
      fmt::print("{}\n", text);
      return kExitOk;
    }
    const Json cluster = ParseJson(text, "the server's answer");
    const size_t ranks = cluster.at("ranks").as_array().size();
    fmt::print("cloud {} at {}: {} rank{}{}\n\n", Text(cluster, "name"), url_, ranks,
               ranks == 1 ? "" : "s",
               ranks == 1                            ? ""
               : cluster.at("one_process").as_bool() ? ", threads of one process"
                                                     : "");
    PrintRanks(cluster);
    PrintLosses(cluster);
    if (const Json* trouble = cluster.as_object().if_contains("trouble")) {
      fmt::print(stderr, "error: {}\n", std::string_view(trouble->as_string()));
      return kExitUser;
    }
    PrintFrames(cluster);
    PrintCommands(cluster);
    PrintNetwork(cluster);
    return kExitOk;
  }

 private:
  std::string Ask() const {
    const size_t scheme = url_.find("://");
    if (scheme == std::string::npos || !IsWebUrl(url_)) {
      throw UserError(Printable(url_, 1000) + " is no address: write http://HOST:PORT");
    }
    std::string host = url_.substr(scheme + 3);
    host.resize(std::min(host.find('/'), host.size()));
    DownloadOptions options;
    options.hosts = {host};
    options.most_bytes = kMostBytes;
    options.certificates = certificates_;
    if (!user_.empty()) {
      const char* password = std::getenv("THALWEG_PASSWORD");
      if (password == nullptr) throw UserError("--user: THALWEG_PASSWORD holds no password");
      options.login = user_ + ":" + password;
    }
    const ScratchFolder folder;
    const std::string path = folder.path() / "cluster.json";
    try {
      Download(url_.substr(0, scheme + 3) + host +
                   "/3/Cluster?network_test=" + (network_ ? "true" : "false"),
               path, options);
    } catch (const UserError& error) {
      const std::string_view what = error.what();
      if (!what.ends_with("answered 401")) throw;
      throw UserError(std::string(what) + ": log in with --user NAME");
    }
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }

  std::string url_ = "http://127.0.0.1:54321";
  bool network_ = false;
  bool json_ = false;
  std::string user_;
  std::string certificates_;
};

}  // namespace

std::unique_ptr<Command> AddCluster(CLI::App& app) { return std::make_unique<ClusterCommand>(app); }

}  // namespace thalweg
