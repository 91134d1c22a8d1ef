// Everything that goes over the rows hears of its end within tasks (base/cancel_scope.h).
#include "base/cancel_scope.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "cluster/local/local_ranks.h"
#include "mapreduce/distinct_rows.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/group_by.h"
#include "mapreduce/join.h"
#include "mapreduce/quantiles.h"
#include "mapreduce/random_table_for_test.h"
#include "mapreduce/rank_rows.h"
#include "mapreduce/reshape.h"
#include "mapreduce/sort.h"

namespace thalweg {
namespace {

// Columns of RandomTable.
constexpr size_t kInt = 0, kReal = 2, kEnum = 4;

struct Work {
  std::string name;
  std::function<void(const Frame&, ThreadPool&)> run;
};

std::vector<Work> AllWork() {
  static constexpr GroupAggregate kMedian[] = {
      {.aggregate = Aggregate::kMedian, .column = kReal, .missing = GroupMissing::kRemove}};
  static constexpr size_t kKeys[] = {kInt, kReal};
  static constexpr double kHalf[] = {0.5};
  static constexpr SortColumn kBy[] = {{.column = kReal}};
  return {
      {"sort", [](const Frame& f, ThreadPool& pool) { SortFrame(f, kBy, pool); }},
      {"group", [](const Frame& f, ThreadPool& pool) { GroupBy(f, kKeys, kMedian, pool); }},
      {"join",
       [](const Frame& f, ThreadPool& pool) {
         const Frame few = f.Slice(0, 100);
         JoinFrames(f, few, {.kind = JoinKind::kOuter, .left_keys = {kReal}, .right_keys = {kReal}},
                    pool);
       }},
      {"pivot", [](const Frame& f, ThreadPool& pool) { Pivot(f, kInt, kEnum, kReal, pool); }},
      {"melt",
       [](const Frame& f, ThreadPool& pool) {
         Melt(f, {.ids = {kEnum}, .values = {kInt, kReal}}, pool);
       }},
      {"distinct",
       [](const Frame& f, ThreadPool& pool) { DropDuplicates(f, kKeys, KeepOf::kFirst, pool); }},
      {"ranks",
       [](const Frame& f, ThreadPool& pool) {
         static constexpr size_t kGroup[] = {kEnum};
         RankWithinGroups(f, kGroup, kBy, "rank", RankOrder::kGroups, pool);
       }},
      {"quantiles",
       [](const Frame& f, ThreadPool& pool) { ComputeQuantiles(f, kReal, kHalf, pool); }},
  };
}

TEST(CancelTest, NothingBeginsOnceItIsCancelled) {
  const Frame frame = RandomTable(1, 2000, {.missing = 0});
  ThreadPool pool(2);
  CancelToken token;
  token.Cancel();
  for (const Work& work : AllWork()) {
    const CancelScope scope(&token);
    EXPECT_THROW(work.run(frame, pool), Cancelled) << work.name;
  }
  // And the pool works on.
  size_t runs = 0;
  ThreadPool(1).Run(3, [&](size_t, size_t) { ++runs; });
  EXPECT_EQ(runs, 3U);
}

TEST(CancelTest, WorkEndsSoonAfterItIsCancelled) {
  const Frame frame = RandomTable(2, 300'000, {.missing = 0, .values = 50, .chunk_rows = 65'536});
  ThreadPool pool(2);
  for (const Work& work : AllWork()) {
    CancelToken token;
    std::chrono::steady_clock::time_point asked;
    std::thread other([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      asked = std::chrono::steady_clock::now();
      token.Cancel();
    });
    bool heard = false;
    try {
      const CancelScope scope(&token);
      while (true) work.run(frame, pool);
    } catch (const Cancelled&) {
      heard = true;
    }
    const auto end = std::chrono::steady_clock::now();
    other.join();
    EXPECT_TRUE(heard) << work.name;
    // Tasks take milliseconds; the rest is for a loaded machine and sanitizers.
    EXPECT_LT(end - asked, std::chrono::seconds(5)) << work.name;
  }
}

TEST(CancelTest, RanksThatExchangeRowsHearOfIt) {
  const Frame frame = RandomTable(3, 200'000, {.missing = 0, .values = 50, .chunk_rows = 8192});
  CancelToken token;
  std::chrono::steady_clock::time_point asked;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    asked = std::chrono::steady_clock::now();
    token.Cancel();
  });
  const auto work = [&](Communicator& ranks) {
    const CancelScope scope(&token);
    ThreadPool pool(1);
    const Frame over = KeepOwnChunks(frame, ranks);
    const SortColumn by = {.column = kReal};
    while (true) SortFrame(over, std::span(&by, 1), ranks, pool);
  };
  // Whichever rank hears of it first, none waits for the others.
  EXPECT_THROW(RunLocalRanks(3, work), Cancelled);
  const auto end = std::chrono::steady_clock::now();
  other.join();
  EXPECT_LT(end - asked, std::chrono::seconds(5));
}

}  // namespace
}  // namespace thalweg
