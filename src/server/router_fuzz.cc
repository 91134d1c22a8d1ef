// Requests of every kind through the router to their handlers: nothing but an answer may come of
// them. The input is a request as text: a line "METHOD /path?query", and the body.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "frame/chunk_builder.h"
#include "server/commands.h"
#include "server/router.h"
#include "server/routes.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

HttpMethod MethodOf(std::string_view name) {
  for (const HttpMethod method : {HttpMethod::kPost, HttpMethod::kDelete, HttpMethod::kPut,
                                  HttpMethod::kHead, HttpMethod::kOptions}) {
    if (name == HttpMethodName(method)) return method;
  }
  return HttpMethod::kGet;
}

Frame SmallFrame() {
  const std::vector<int64_t> codes = {0, 1, kMissingInt, 1};
  const std::vector<double> reals = {0.5, -1, kMissingReal, 1e300};
  const std::vector<std::string_view> words = {"a", "", {}, "\xc3\xa4"};
  const auto column = [](ColumnType type, ChunkPtr chunk, DomainPtr domain = nullptr) {
    return std::make_shared<const Column>(type, std::vector<ChunkPtr>{std::move(chunk)},
                                          std::move(domain));
  };
  auto domain = std::make_shared<const Domain>(std::vector<std::string>{"no", "yes"});
  return {std::make_shared<const Layout>(std::vector<int64_t>{0, 4}),
          {"e", "i", "t", "r", "s"},
          {column(ColumnType::kCategorical, EncodeIntegers(codes), domain),
           column(ColumnType::kInteger, EncodeIntegers(codes)),
           column(ColumnType::kTime, EncodeIntegers(codes)),
           column(ColumnType::kReal, EncodeReals(reals)),
           column(ColumnType::kString, EncodeStrings(words))}};
}

// One for all inputs; what they leave in memory is removed in between.
struct Fixture {
  Fixture() { std::ofstream(folder / "f.csv") << "a,b\n1,x\n2,\n"; }

  const fs::path folder = fs::temp_directory_path() / ("thalweg-fuzz-" + std::to_string(getpid()));
  const ServeOptions options = {.threads = 1};
  Ranks ranks{{.ranks = 1, .threads = 1}, ServerCommands()};
  ServerLog log{LogLevel::kError};
  Activity activity;
  Jobs jobs{"_fuzz", nullptr, 100};
  const bool made = fs::create_directories(folder);
  ServerContext context{.options = options,
                        .ranks = ranks,
                        .jobs = jobs,
                        .log = log,
                        .activity = activity,
                        .import_roots = FileRoots({folder.string()}, "--import-root"),
                        .export_roots = FileRoots({folder.string()}, "--export-root"),
                        .spool_folder = folder.string(),
                        .cloud_name = "fuzz",
                        .address = "127.0.0.1:1",
                        .start_ms = 0,
                        .shutdown = [] {}};
  Router router{Routes(), "", context};
};

void Run(std::string_view input) {
  static Fixture fixture;
  fixture.ranks.catalog().RemoveAllBut({});
  fixture.ranks.catalog().PutFrame("f", SmallFrame());
  HttpRequest request;
  const std::string_view line = input.substr(0, input.find('\n'));
  const std::string_view body = input.substr(std::min(line.size() + 1, input.size()));
  const size_t blank = std::min(line.find(' '), line.size());
  request.method = MethodOf(line.substr(0, blank));
  const std::string_view target = line.substr(std::min(blank + 1, line.size()));
  request.path = target.substr(0, target.find('?'));
  request.query = target.substr(std::min(request.path.size() + 1, target.size()));
  // Looks at this very process, which takes its time.
  if (request.path.starts_with("/3/Profiler")) return;
  const RequestPlan plan = fixture.router.Plan(request.method, request.path);
  if (plan.body_to_file) {
    const std::string path = (fixture.folder / "body").string();
    std::ofstream(path, std::ios::binary) << body;
    request.body_file = std::make_shared<const SpoolFile>(path);
  } else {
    request.body = body;
  }
  request.body_bytes = body.size();
  HttpResponse response = fixture.router.Handle(request);
  size_t bytes = 0;
  for (std::string piece; response.stream && bytes < (1 << 20) && response.stream(piece);) {
    bytes += piece.size();
    piece.clear();
  }
  response = {};
  if (!fixture.jobs.Stop(std::chrono::seconds(10))) __builtin_trap();
}

}  // namespace
}  // namespace thalweg

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  thalweg::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
