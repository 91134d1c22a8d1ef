#include "server/rest_server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <optional>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "base/wall_clock.h"
#include "server/commands.h"
#include "server/http/server.h"
#include "server/process_state.h"
#include "server/router.h"
#include "server/routes.h"
#include "server/schemas/job.h"
#include "server/server_context.h"
#include "server/store/catalog_saver.h"

namespace thalweg {
namespace fs = std::filesystem;

namespace {

// A folder of this server alone, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code error;
    const fs::path base = fs::temp_directory_path(error);
    if (error) throw UserError("there is no folder for temporary files: set TMPDIR");
    std::string name = (base / "thalweg-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw UserError("cannot make a folder for temporary files below " + base.string());
    }
    path_ = name;
  }
  ~TemporaryFolder() { Remove(); }
  void Remove() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

bool IsLoopback(const std::string& ip) {
  if (ip == "localhost" || ip == "::1") return true;
  // A name such as 127.example.org is none.
  return ip.starts_with("127.") && ip.find_first_not_of("0123456789.") == std::string::npos;
}

// Of options that parse one by one but do not fit together.
void RequireSafety(const ServeOptions& options, bool processes) {
  std::vector<FieldError> errors;
  if (processes && options.ranks != 1) {
    errors.push_back({"ranks", "the ranks are the processes that mpirun has started"});
  }
  if (options.tls_certificate.empty() != options.tls_key.empty()) {
    errors.push_back({"tls_certificate", "needs tls_key, and the other way round"});
  }
  const bool login = options.token_login || !options.hash_login.empty();
  if (!IsLoopback(options.ip) && !options.insecure && (options.tls_certificate.empty() || !login)) {
    errors.push_back({"ip", options.ip +
                                " is not loopback: give a certificate (--tls-certificate, "
                                "--tls-key) and a login (--token-login or --hash-login), or "
                                "--insecure if the network is safe by other means"});
  }
  if (!options.context_path.empty() && options.context_path.front() != '/') {
    errors.push_back({"context_path", "begins with /"});
  }
  if (!options.memory.empty() && ParseBytes(options.memory).value_or(0) == 0) {
    errors.push_back({"memory", Printable(options.memory) + " is no size, as in 8g or 500m"});
  }
  if (!errors.empty()) throw FieldErrors(std::move(errors));
}

std::string UserName() {
  const char* user = std::getenv("USER");
  return user == nullptr || *user == '\0' ? "thalweg" : fmt::format("thalweg_{}", user);
}

ProcessOptions ProcessesOf(const ServeOptions& options) {
  return {
      .threads = static_cast<size_t>(options.threads),
      .silence_limit = std::chrono::milliseconds(static_cast<int64_t>(1000 * options.rank_timeout)),
      .replicas = options.replicas > 0};
}

Ranks MakeRanks(const ServeOptions& options, Transport* transport) {
  const auto threads = static_cast<size_t>(options.threads);
  if (transport != nullptr) {
    return Ranks(*transport, ProcessesOf(options), ServerCommands());
  }
  return Ranks({.ranks = static_cast<int>(options.ranks), .threads = threads}, ServerCommands());
}

void SetLimits(const ServeOptions& options) {
  if (!options.memory.empty()) SetMemoryLimit(*ParseBytes(options.memory));
}

}  // namespace

struct RestServer::State {
  State(const ServeOptions& given, Transport* transport)
      : options(given),
        ranks(MakeRanks(given, transport)),
        log(LogLevel::kInfo),
        jobs("_" + RandomHex(32), [this](Job& job) { JobChanged(job); }),
        context{.options = options,
                .ranks = ranks,
                .jobs = jobs,
                .log = log,
                .activity = activity,
                .import_roots = FileRoots(given.import_root, "--import-root"),
                .export_roots = FileRoots(given.export_root, "--export-root"),
                .spool_folder = folder.path(),
                .cloud_name = given.name.empty() ? UserName() : given.name,
                .address = "",
                .start_ms = WallClockMs(),
                .shutdown = [this] { shutdown = true; }},
        router(Routes(), given.context_path, context) {}
  // Jobs look at the saver until they have ended.
  ~State() {
    while (!jobs.Stop(std::chrono::seconds(1))) {
    }
  }

  void JobChanged(Job& job) {
    const JobState state = job.state();
    if (state.status == JobStatus::kRunning) {
      const std::string trouble = saver ? saver->trouble() : "";
      if (!trouble.empty()) job.Warn(trouble);
      log.Write(LogLevel::kInfo, "job_start",
                {{"job", job.key()}, {"what", job.description()}, {"dest", job.result().name}});
      return;
    }
    const std::string_view status = JobStatusName(state.status);
    activity.JobDone(job.description() + " " + job.result().name, status, state.seconds);
    log.Write(state.status == JobStatus::kFailed ? LogLevel::kWarn : LogLevel::kInfo, "job_end",
              {{"job", job.key()},
               {"what", job.description()},
               {"dest", job.result().name},
               {"status", status},
               {"seconds", state.seconds},
               {"error", state.error}});
  }

  const ServeOptions options;
  TemporaryFolder folder;
  Ranks ranks;
  ServerLog log;
  Activity activity;
  Jobs jobs;
  ServerContext context;
  Router router;
  std::string token;
  std::string url;
  std::optional<CatalogSaver> saver;
  std::string restored;
  std::atomic<bool> shutdown{false};
  std::optional<HttpServer> http;
};

RestServer::RestServer(const ServeOptions& options, Transport* transport) {
  RequireSafety(options, transport != nullptr);
  SetLimits(options);
  state_ = std::make_unique<State>(options, transport);
  state_->ranks.OnLoss([&log = state_->log](const RankLoss& loss) {
    log.Write(LogLevel::kWarn, "rank_lost",
              {{"rank", loss.rank},
               {"host", loss.host},
               {"reason", loss.reason},
               {"repair_seconds", loss.repair_seconds},
               {"frames_gone", Join(loss.frames_gone, ", ")},
               {"trouble", loss.trouble}});
  });
  if (!options.data_dir.empty()) {
    CatalogSaver& saver =
        state_->saver.emplace(options.data_dir, state_->ranks, state_->jobs, state_->log);
    const CatalogSaver::Restored back = saver.Restore();
    state_->restored = fmt::format(
        "brought back from {}: frames: {}, models: {}, grids: {}{}", options.data_dir, back.frames,
        back.models, back.grids,
        back.failed == 0 ? "" : fmt::format("; {} could not be, see the log", back.failed));
    saver.Start();
  }
  if (options.token_login) state_->token = RandomHex(32);
  HttpServerOptions http;
  http.address = options.ip == "localhost" ? "127.0.0.1" : options.ip;
  http.port = static_cast<uint16_t>(options.port);
  http.spool_folder = state_->folder.path();
  http.hosts = options.allowed_hosts;
  http.tls_certificate = options.tls_certificate;
  http.tls_key = options.tls_key;
  http.login_file = options.hash_login;
  http.login_token = state_->token;
  state_->http.emplace(http, state_->router);
  state_->context.http_counts = [http = &*state_->http] { return http->counts(); };
  for (const std::string& warning : state_->http->warnings()) {
    state_->log.Write(LogLevel::kWarn, "login_file", {{"warning", warning}});
  }
  state_->context.address = fmt::format("{}:{}", options.ip, state_->http->port());
  state_->url = fmt::format("{}://{}{}", options.tls_key.empty() ? "http" : "https",
                            state_->context.address, options.context_path);
  state_->http->Start();
}

RestServer::~RestServer() {
  if (state_) Stop(std::chrono::seconds(5));
}

const std::string& RestServer::url() const { return state_->url; }
const std::string& RestServer::name() const { return state_->context.cloud_name; }
const std::string& RestServer::token() const { return state_->token; }
const std::string& RestServer::restored() const { return state_->restored; }
bool RestServer::shutdown_requested() const { return state_->shutdown; }

bool RestServer::Stop(std::chrono::milliseconds time) {
  if (state_->http) state_->http->Stop(time / 4);
  const bool ended = state_->jobs.Stop(time / 2);
  constexpr std::chrono::milliseconds kSaving(60'000);
  if (state_->saver && !state_->saver->Stop(kSaving)) {
    state_->log.Write(LogLevel::kWarn, "data_dir", {{"warning", "the last changes are not saved"}});
  }
  state_->folder.Remove();
  return ended;
}

bool ServeAsRank(const ServeOptions& options, Transport& transport) {
  // What is wrong with the options is rank 0's to tell.
  if (ParseBytes(options.memory).value_or(0) > 0) SetLimits(options);
  std::error_code error;
  const std::string folder = fs::temp_directory_path(error).string();
  return ServeCommands(transport, ProcessesOf(options), ServerCommands(),
                       [folder] { return ReportProcess(folder).ToJson(); });
}

}  // namespace thalweg
