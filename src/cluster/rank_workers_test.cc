#include "cluster/rank_workers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include "base/error.h"
#include "cluster/local/local_ranks.h"
#include "cluster/local/local_transport.h"
#include "cluster/message_communicator.h"

namespace thalweg {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr milliseconds kLimit{20'000};

// Ranks as threads that share memory, and as threads that exchange messages.
void OnAllKindsOfRanks(int size, const std::function<void(Communicator&)>& body) {
  LocalNetwork network(size);
  std::vector<std::thread> threads;
  for (int r = 0; r < size; ++r) {
    threads.emplace_back([&, r] {
      try {
        RunOnChannel(network.transport(r), 1, kLimit, body);
      } catch (const std::exception&) {
        // As with RunLocalRanks, which throws it.
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  RunLocalRanks(size, body);
}

TEST(RankWorkers, DoAllTasksAndAnswerWithTheirResults) {
  OnAllKindsOfRanks(3, [](Communicator& ranks) {
    if (ranks.rank() != 0) {
      ThreadPool pool(2);
      ServeTasks(ranks, 2, pool, {},
                 [&](const std::string& task, ThreadPool& own, const WorkContext&) {
                   EXPECT_EQ(own.size(), 1U);
                   return task + " on " + std::to_string(ranks.rank());
                 });
      return;
    }
    RankWorkers workers(&ranks);
    ASSERT_EQ(workers.lanes(), 4U);
    std::atomic<int> on_rank_1{0};
    std::vector<std::thread> threads;
    for (size_t lane = 0; lane < 4; ++lane) {
      threads.emplace_back([&, lane] {
        for (int i = 0; i < 50; ++i) {
          const std::string task = std::to_string(lane) + "-" + std::to_string(i);
          const std::string result = workers.Run(lane, task, {});
          EXPECT_THAT(result, HasSubstr(task + " on "));
          if (result.back() == '1') ++on_rank_1;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(on_rank_1, 100);
  });
}

TEST(RankWorkers, CollectivesGoOnBesideThem) {
  OnAllKindsOfRanks(2, [](Communicator& ranks) {
    std::thread beside([&] {
      if (ranks.rank() == 0) {
        RankWorkers workers(&ranks);
        for (int i = 0; i < 100; ++i) EXPECT_EQ(workers.Run(0, "x", {}), "xx");
      } else {
        ThreadPool pool(1);
        ServeTasks(
            ranks, 1, pool, {},
            [](const std::string& task, ThreadPool&, const WorkContext&) { return task + task; });
      }
    });
    for (int64_t i = 0; i < 200; ++i) {
      int64_t sum = i;
      ranks.AllReduceSum(std::span<int64_t>(&sum, 1));
      EXPECT_EQ(sum, 2 * i);
    }
    beside.join();
  });
}

TEST(RankWorkers, ThrowWhatATaskThrew) {
  OnAllKindsOfRanks(2, [](Communicator& ranks) {
    if (ranks.rank() != 0) {
      ThreadPool pool(1);
      ServeTasks(ranks, 1, pool, {},
                 [](const std::string& task, ThreadPool&, const WorkContext&) -> std::string {
                   if (task == "user") throw UserError("a wrong file");
                   if (task == "fields")
                     throw FieldErrors(std::vector<FieldError>{{"rate", "is negative"}});
                   if (task == "memory") throw MemoryError("too much");
                   if (task == "cancelled") throw Cancelled();
                   throw InternalError("a promise");
                 });
      return;
    }
    RankWorkers workers(&ranks);
    EXPECT_THROW(workers.Run(0, "memory", {}), MemoryError);
    EXPECT_THROW(workers.Run(0, "cancelled", {}), Cancelled);
    EXPECT_THROW(workers.Run(0, "internal", {}), std::runtime_error);
    try {
      workers.Run(0, "fields", {});
      FAIL();
    } catch (const FieldErrors& errors) {
      ASSERT_EQ(errors.errors().size(), 1U);
      EXPECT_EQ(errors.errors()[0].field, "rate");
    }
    try {
      workers.Run(0, "user", {});
      FAIL();
    } catch (const UserError& error) {
      EXPECT_STREQ(error.what(), "a wrong file");
    }
  });
}

TEST(RankWorkers, AFailureBesideThemEndsTheirWaits) {
  EXPECT_THROW(OnAllKindsOfRanks(2,
                                 [](Communicator& ranks) {
                                   if (ranks.rank() == 0) {
                                     RankWorkers workers(&ranks);
                                     ranks.Barrier();
                                     return;
                                   }
                                   std::thread serving([&] {
                                     ThreadPool pool(1);
                                     EXPECT_THROW(
                                         ServeTasks(ranks, 1, pool, {},
                                                    [](const std::string& task, ThreadPool&,
                                                       const WorkContext&) { return task; }),
                                         RankFailure);
                                   });
                                   std::this_thread::sleep_for(milliseconds(20));
                                   try {
                                     throw UserError("there is no room");
                                   } catch (...) {
                                     ranks.Fail(std::current_exception());
                                     serving.join();
                                     throw;
                                   }
                                 }),
               UserError);
}

struct Heard : ProgressListener {
  void Update(const ProgressUpdate& update) override {
    last = update;
    if (update.fraction > 0.3 && cancel != nullptr) cancel->Cancel();
  }
  void Warn(const std::string& text) override { warning = text; }
  ProgressUpdate last;
  std::string warning;
  CancelToken* cancel = nullptr;
};

TEST(RankWorkers, TellProgressAndAreCancelled) {
  OnAllKindsOfRanks(2, [](Communicator& ranks) {
    if (ranks.rank() != 0) {
      ThreadPool pool(1);
      ServeTasks(ranks, 1, pool, {},
                 [](const std::string&, ThreadPool&, const WorkContext& context) -> std::string {
                   context.progress->Warn("take care");
                   context.Report(0.5, "half");
                   const auto end = std::chrono::steady_clock::now() + kLimit;
                   while (!context.cancelled() && std::chrono::steady_clock::now() < end) {
                     std::this_thread::sleep_for(milliseconds(1));
                   }
                   return context.cancelled() ? "cancelled" : "not cancelled";
                 });
      return;
    }
    RankWorkers workers(&ranks);
    CancelToken cancel;
    Heard heard;
    heard.cancel = &cancel;
    EXPECT_EQ(workers.Run(0, "", {.progress = &heard, .cancel = &cancel}), "cancelled");
    EXPECT_EQ(heard.last.fraction, 0.5);
    EXPECT_EQ(heard.last.message, "half");
    EXPECT_EQ(heard.warning, "take care");
  });
}

TEST(RankWorkers, AreNoneWithoutOtherRanks) {
  EXPECT_EQ(RankWorkers(nullptr).lanes(), 0U);
  RunLocalRanks(1, [](Communicator& ranks) { EXPECT_EQ(RankWorkers(&ranks).lanes(), 0U); });
}

TEST(RankWorkers, ALostRankEndsWhatWaitsForIt) {
  LocalNetwork network(3);
  std::atomic<int> at_work{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int r = 0; r < 3; ++r) {
    threads.emplace_back([&, r] {
      try {
        RunOnChannel(network.transport(r), 1, kLimit, [&](Communicator& ranks) {
          if (ranks.rank() == 0) {
            RankWorkers workers(&ranks);
            std::thread other([&] { EXPECT_THROW(workers.Run(1, "", {}), RankFailure); });
            EXPECT_THROW(workers.Run(0, "", {}), RankFailure);
            other.join();
            throw RankFailure(1, "it is gone");
          }
          ThreadPool pool(1);
          ServeTasks(ranks, 1, pool, {},
                     [&](const std::string&, ThreadPool&, const WorkContext& context) {
                       ++at_work;
                       while (!context.cancelled()) std::this_thread::sleep_for(milliseconds(1));
                       return std::string();
                     });
        });
      } catch (const RankFailure&) {
        ++failed;
      }
    });
  }
  while (at_work < 2) std::this_thread::sleep_for(milliseconds(1));
  network.Kill(1);
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(failed, 2);
}

}  // namespace
}  // namespace thalweg
