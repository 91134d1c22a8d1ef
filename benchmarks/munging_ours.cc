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
#include "frame/chunk_builder.h"
#include "ingest/parse.h"
#include "mapreduce/group_by.h"
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

// The cells of one column times those of another.
Frame WithProduct(const Frame& frame, size_t a, size_t b, ThreadPool& pool) {
  std::vector<thalweg::ChunkPtr> chunks(frame.layout().chunks());
  pool.Run(chunks.size(), [&](size_t c, size_t) {
    std::vector<int64_t> cells(frame.column(a).chunk(c).rows());
    std::vector<int64_t> others(cells.size());
    frame.column(a).chunk(c).Decode(0, std::span(cells));
    frame.column(b).chunk(c).Decode(0, std::span(others));
    for (size_t i = 0; i < cells.size(); ++i) cells[i] *= others[i];
    chunks[c] = thalweg::EncodeIntegers(cells);
  });
  return frame.WithColumn("product", std::make_shared<thalweg::Column>(
                                         thalweg::ColumnType::kInteger, std::move(chunks)));
}

std::vector<double> Reals(const Frame& frame, const std::string& name) {
  std::vector<double> cells(static_cast<size_t>(frame.rows()));
  thalweg::ReadCells(frame, frame.IndexOf(name), 0, std::span(cells));
  return cells;
}

std::vector<Query> GroupQueries(const std::string& directory, ThreadPool& pool) {
  using thalweg::Aggregate;
  const auto x = std::make_shared<Frame>(
      Read(directory + "/groupby.csv", {"id1=enum", "id2=enum", "id3=enum"}, pool));
  struct Of {
    Aggregate aggregate;
    std::string column;
  };
  const auto group = [x, &pool](const Frame& frame, const std::vector<std::string>& by,
                                const std::vector<Of>& of) {
    std::vector<size_t> keys;
    for (const std::string& name : by) keys.push_back(frame.IndexOf(name));
    std::vector<thalweg::GroupAggregate> aggregates;
    for (const Of& one : of) {
      aggregates.push_back({.aggregate = one.aggregate, .column = frame.IndexOf(one.column)});
    }
    return thalweg::GroupBy(frame, keys, aggregates, pool);
  };
  const auto query = [x, group](const std::vector<std::string>& by, const std::vector<Of>& of) {
    return [x, group, by, of] { return group(*x, by, of); };
  };
  const Aggregate sum = Aggregate::kSum;
  const Aggregate mean = Aggregate::kMean;
  return {
      {"q1", query({"id1"}, {{sum, "v1"}})},
      {"q2", query({"id1", "id2"}, {{sum, "v1"}})},
      {"q3", query({"id3"}, {{sum, "v1"}, {mean, "v3"}})},
      {"q4", query({"id4"}, {{mean, "v1"}, {mean, "v2"}, {mean, "v3"}})},
      {"q5", query({"id6"}, {{sum, "v1"}, {sum, "v2"}, {sum, "v3"}})},
      {"q6", query({"id4", "id5"}, {{Aggregate::kMedian, "v3"}, {Aggregate::kSd, "v3"}})},
      {"q7",
       [x, group] {
         const Frame found = group(*x, {"id3"}, {{Aggregate::kMax, "v1"}, {Aggregate::kMin, "v2"}});
         std::vector<double> range = Reals(found, "max_v1");
         const std::vector<double> least = Reals(found, "min_v2");
         for (size_t i = 0; i < range.size(); ++i) range[i] -= least[i];
         return Frame(std::make_shared<thalweg::Layout>(std::vector<int64_t>{0, found.rows()}),
                      {"range"},
                      {std::make_shared<thalweg::Column>(
                          thalweg::ColumnType::kReal,
                          std::vector<thalweg::ChunkPtr>{thalweg::EncodeReals(range)})});
       }},
      {"q9",
       [x, group, &pool] {
         const Frame wide = WithProduct(*x, x->IndexOf("v1"), x->IndexOf("v2"), pool);
         const Frame found = group(wide, {"id2", "id4"},
                                   {{Aggregate::kCount, "v1"},
                                    {sum, "v1"},
                                    {sum, "v2"},
                                    {sum, "product"},
                                    {Aggregate::kSumSquares, "v1"},
                                    {Aggregate::kSumSquares, "v2"}});
         const auto n = Reals(found, "nrow");
         const auto a = Reals(found, "sum_v1");
         const auto b = Reals(found, "sum_v2");
         const auto ab = Reals(found, "sum_product");
         const auto aa = Reals(found, "sumSquares_v1");
         const auto bb = Reals(found, "sumSquares_v2");
         std::vector<double> r2(n.size());
         for (size_t i = 0; i < r2.size(); ++i) {
           const double covariance = n[i] * ab[i] - a[i] * b[i];
           r2[i] = covariance * covariance /
                   ((n[i] * aa[i] - a[i] * a[i]) * (n[i] * bb[i] - b[i] * b[i]));
         }
         return Frame(std::make_shared<thalweg::Layout>(std::vector<int64_t>{0, found.rows()}),
                      {"r2"},
                      {std::make_shared<thalweg::Column>(
                          thalweg::ColumnType::kReal,
                          std::vector<thalweg::ChunkPtr>{thalweg::EncodeReals(r2)})});
       }},
      {"q10",
       query({"id1", "id2", "id3", "id4", "id5", "id6"}, {{sum, "v3"}, {Aggregate::kCount, "v1"}})},
  };
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
  const std::vector<Query> queries =
      task == "join" ? JoinQueries(argv[2], pool) : GroupQueries(argv[2], pool);
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
