// What do sort, group-by and join take over ranks, in time and memory, where every rank gathers all
// rows, and where each row goes to the rank of its key?
//
//   rows_between_ranks [rows [ranks]]
//
// Ranks are threads of one process with one thread each. Every line is a process of its own; the
// memory is its peak beyond the frames, of all ranks together.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "cluster/local/local_ranks.h"
#include "frame/chunk_builder.h"
#include "mapreduce/distinct_rows.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/group_by.h"
#include "mapreduce/join.h"
#include "mapreduce/sort.h"

namespace thalweg {
namespace {

// key (as many as rows), few (100), real, text (10,000 different ones).
Frame MakeTable(uint64_t seed, int64_t rows) {
  Random random(seed);
  constexpr int64_t kChunkRows = 65'536;
  std::vector<int64_t> starts = {0};
  std::vector<ChunkPtr> chunks[4];
  while (starts.back() < rows) {
    const auto size = static_cast<size_t>(std::min(kChunkRows, rows - starts.back()));
    std::vector<int64_t> keys(size);
    std::vector<int64_t> few(size);
    std::vector<double> reals(size);
    std::vector<std::string> texts(size);
    for (size_t i = 0; i < size; ++i) {
      keys[i] = static_cast<int64_t>(random.Below(static_cast<uint64_t>(rows)));
      few[i] = static_cast<int64_t>(random.Below(100));
      reals[i] = random.Normal();
      texts[i] = "text " + std::to_string(random.Below(10'000));
    }
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    chunks[0].push_back(EncodeIntegers(keys));
    chunks[1].push_back(EncodeIntegers(few));
    chunks[2].push_back(EncodeReals(reals));
    chunks[3].push_back(EncodeStrings(views));
    starts.push_back(starts.back() + static_cast<int64_t>(size));
  }
  const auto column = [&](ColumnType type, size_t i) {
    return std::make_shared<const Column>(type, std::move(chunks[i]));
  };
  const ColumnPtr key = column(ColumnType::kInteger, 0);
  const ColumnPtr few = column(ColumnType::kInteger, 1);
  const ColumnPtr real = column(ColumnType::kReal, 2);
  const ColumnPtr text = column(ColumnType::kString, 3);
  return {std::make_shared<const Layout>(starts),
          {"key", "few", "real", "text"},
          {key, few, real, text}};
}

// A figure of /proc/self/status, in bytes.
double Status(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) * 1024;
  }
  return 0;
}

struct Work {
  std::string name;
  std::function<Frame(const Frame&, const Frame&, ThreadPool&)> whole;
  std::function<Frame(const Frame&, const Frame&, Communicator&, ThreadPool&)> parts;
};

std::vector<Work> AllWork() {
  static const SortColumn by[] = {{.column = 2}};
  static const GroupAggregate sums[] = {
      {.aggregate = Aggregate::kSum, .column = 0, .missing = GroupMissing::kRemove}};
  static const GroupAggregate reals[] = {
      {.aggregate = Aggregate::kSum, .column = 2, .missing = GroupMissing::kRemove}};
  static const size_t few[] = {1};
  static const size_t key[] = {0};
  static const size_t text[] = {3};
  static const JoinOptions join = {.left_keys = {0}, .right_keys = {0}};
  const auto group = [](std::string name, std::span<const size_t> keys,
                        std::span<const GroupAggregate> of) -> Work {
    return {std::move(name),
            [=](const Frame& f, const Frame&, ThreadPool& p) { return GroupBy(f, keys, of, p); },
            [=](const Frame& f, const Frame&, Communicator& ranks, ThreadPool& p) {
              return GroupBy(f, keys, of, ranks, p);
            }};
  };
  return {group("group-by of 100 keys, sums of integers", few, sums),
          group("group-by of many keys, sums of reals", key, reals),
          group("group-by of texts, sums of reals", text, reals),
          {"sort by reals",
           [](const Frame& f, const Frame&, ThreadPool& p) { return SortFrame(f, by, p); },
           [](const Frame& f, const Frame&, Communicator& ranks, ThreadPool& p) {
             return SortFrame(f, by, ranks, p);
           }},
          {"duplicates of many keys",
           [](const Frame& f, const Frame&, ThreadPool& p) {
             return DropDuplicates(f, key, KeepOf::kFirst, p);
           },
           [](const Frame& f, const Frame&, Communicator& ranks, ThreadPool& p) {
             return DropDuplicates(f, key, KeepOf::kFirst, ranks, p);
           }},
          {"inner join of two on many keys",
           [](const Frame& f, const Frame& g, ThreadPool& p) { return JoinFrames(f, g, join, p); },
           [](const Frame& f, const Frame& g, Communicator& ranks, ThreadPool& p) {
             return JoinFrames(f, g, join, ranks, p);
           }}};
}

void Measure(const Work& work, bool gather, int64_t rows, int size) {
  const Frame left = MakeTable(1, rows);
  const Frame right = MakeTable(2, rows).WithNames({"key", "few2", "real2", "text2"});
  malloc_trim(0);
  const double base = Status("VmRSS");
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
  const auto start = std::chrono::steady_clock::now();
  RunLocalRanks(size, [&](Communicator& ranks) {
    ThreadPool pool(1);
    const Frame f = KeepOwnChunks(left, ranks);
    const Frame g = KeepOwnChunks(right, ranks);
    if (!gather) {
      work.parts(f, g, ranks, pool);
    } else if (work.name.find("join") == std::string::npos) {
      KeepOwnChunks(work.whole(GatherFrame(f, ranks), g, pool), ranks);
    } else {
      KeepOwnChunks(work.whole(GatherFrame(f, ranks), GatherFrame(g, ranks), pool), ranks);
    }
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("{:40} {:9} {:6.2f} s {:7.0f} MB (frames {:.0f} MB)\n", work.name,
             gather ? "gathered" : "exchanged", took.count(), (Status("VmHWM") - base) / 1e6,
             static_cast<double>(left.ByteSize() + right.ByteSize()) / 1e6);
  std::fflush(stdout);
}

}  // namespace
}  // namespace thalweg

int main(int argc, char** argv) {
  const int64_t rows = argc > 1 ? std::stoll(argv[1]) : 4'000'000;
  const int ranks = argc > 2 ? std::stoi(argv[2]) : 3;
  for (const thalweg::Work& work : thalweg::AllWork()) {
    for (const bool gather : {true, false}) {
      const pid_t child = fork();
      if (child == 0) {
        thalweg::Measure(work, gather, rows, ranks);
        std::exit(0);
      }
      int status = 0;
      waitpid(child, &status, 0);
      if (status != 0) return 1;
    }
  }
  return 0;
}
