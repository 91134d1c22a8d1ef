// Answers the queries of the db-benchmark and prints the seconds of each as JSON. Called by
// munging.py, which makes the tables and sets the figures beside those of other programs.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/thread_pool.h"
#include "ingest/parse.h"
#include "mapreduce/join.h"

namespace {

using thalweg::Frame;
using thalweg::JoinKind;
using thalweg::ThreadPool;

Frame Read(const std::string& path, const std::vector<std::string>& types, ThreadPool& pool) {
  thalweg::ParseOptions options;
  options.column_types = types;
  return thalweg::ParseFiles({path}, options, pool).frame;
}

using Query = std::pair<std::string, std::function<Frame()>>;

std::vector<Query> JoinQueries(const std::string& directory, ThreadPool& pool) {
  auto tables = std::make_shared<std::map<std::string, Frame>>();
  const auto read = [&](const std::string& name, const std::vector<std::string>& types) {
    tables->emplace(name, Read(directory + "/" + name + ".csv", types, pool));
  };
  read("x", {"id4=enum", "id5=enum", "id6=enum"});
  read("small", {"id4=enum"});
  read("medium", {"id4=enum", "id5=enum"});
  read("big", {"id4=enum", "id5=enum", "id6=enum"});
  const auto join = [tables, &pool](const std::string& right, const std::string& key,
                                    JoinKind kind) {
    const Frame& x = tables->at("x");
    const Frame& other = tables->at(right);
    return [&x, &other, &pool, tables, key, kind] {
      return thalweg::JoinFrames(
          x, other,
          {.kind = kind, .left_keys = {x.IndexOf(key)}, .right_keys = {other.IndexOf(key)}}, pool);
    };
  };
  return {{"q1", join("small", "id1", JoinKind::kInner)},
          {"q2", join("medium", "id2", JoinKind::kInner)},
          {"q3", join("medium", "id2", JoinKind::kLeft)},
          {"q4", join("medium", "id5", JoinKind::kInner)},
          {"q5", join("big", "id3", JoinKind::kInner)}};
}

size_t Peak() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<size_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    fmt::print(stderr, "usage: munging_ours groupby|join DIRECTORY THREADS REPEATS [QUERIES]\n");
    return 2;
  }
  const std::string task = argv[1];
  const std::string only = argc > 5 ? "," + std::string(argv[5]) + "," : "";
  ThreadPool pool(std::stoul(argv[3]));
  const std::vector<Query> queries = JoinQueries(argv[2], pool);
  malloc_trim(0);
  const size_t base = Peak();
  std::string seconds;
  std::string rows;
  for (const auto& [name, query] : queries) {
    if (only.size() > 2 && only.find("," + name + ",") == std::string::npos) continue;
    double best = 1e9;
    int64_t result_rows = 0;
    for (int i = 0; i < std::stoi(argv[4]); ++i) {
      const auto start = std::chrono::steady_clock::now();
      const Frame result = query();
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      best = std::min(best, took.count());
      result_rows = result.rows();
    }
    seconds += fmt::format("{}\"{}\": {:.4f}", seconds.empty() ? "" : ", ", name, best);
    rows += fmt::format("{}\"{}\": {}", rows.empty() ? "" : ", ", name, result_rows);
  }
  fmt::print("{{\"seconds\": {{{}}}, \"rows\": {{{}}}, \"base\": {}, \"peak\": {}}}\n", seconds,
             rows, base, Peak());
  return 0;
}
