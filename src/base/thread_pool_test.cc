#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "base/cancel_scope.h"
#include "base/error.h"

namespace thalweg {
namespace {

TEST(ThreadPoolTest, EveryTaskRunsOnce) {
  for (size_t threads : {1, 2, 3, 5}) {
    ThreadPool pool(threads);
    for (size_t tasks : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> runs(tasks);
      pool.Run(tasks, [&](size_t i, size_t thread) {
        EXPECT_LT(thread, threads);
        ++runs[i];
      });
      for (const auto& count : runs) EXPECT_EQ(count, 1);
    }
  }
}

TEST(ThreadPoolTest, RethrowsOneErrorAndStaysUsable) {
  ThreadPool pool(3);
  EXPECT_THROW(pool.Run(100,
                        [](size_t i, size_t) {
                          if (i == 40) throw UserError("forty");
                        }),
               UserError);
  std::atomic<int> runs = 0;
  pool.Run(10, [&](size_t, size_t) { ++runs; });
  EXPECT_EQ(runs, 10);
}

TEST(ThreadPoolTest, BeginsNoTaskOnceCancelled) {
  for (size_t threads : {1, 3}) {
    ThreadPool pool(threads);
    CancelToken token;
    std::atomic<int> runs = 0;
    const auto cancel_at_ten = [&](size_t, size_t) {
      pool.Run(1, [&](size_t, size_t) { ++runs; });
      if (runs == 10) token.Cancel();
    };
    {
      const CancelScope scope(&token);
      EXPECT_THROW(pool.Run(100'000, cancel_at_ten), Cancelled);
      EXPECT_LT(runs, 1000);
      EXPECT_THROW(pool.Run(1, cancel_at_ten), Cancelled);
    }
    // Others do not hear it.
    runs = 0;
    pool.Run(10, [&](size_t, size_t) { ++runs; });
    EXPECT_EQ(runs, 10);
  }
}

TEST(ThreadPoolTest, NestedRunStaysInItsThread) {
  ThreadPool pool(4);
  std::atomic<int> runs = 0;
  pool.Run(8, [&](size_t, size_t outer) {
    pool.Run(8, [&](size_t, size_t inner) {
      EXPECT_EQ(inner, outer);
      ++runs;
    });
  });
  EXPECT_EQ(runs, 64);
}

}  // namespace
}  // namespace thalweg
