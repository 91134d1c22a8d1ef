#include "cluster/survivors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "base/random.h"
#include "cluster/local/local_transport.h"

namespace thalweg {
namespace {

using std::chrono::microseconds;

constexpr std::chrono::milliseconds kLimit{20'000};

// What one rank came to.
struct Outcome {
  int64_t sum = 0;
  size_t lost = 0;
  std::string error;
};

// Each rank adds up the numbers of those that are there, `times` times.
std::vector<Outcome> RunAll(LocalNetwork& network, int size, int times,
                            const std::function<void()>& meanwhile) {
  std::vector<Outcome> outcomes(static_cast<size_t>(size));
  std::vector<std::thread> threads;
  for (int r = 0; r < size; ++r) {
    threads.emplace_back([&, r] {
      Outcome& mine = outcomes[static_cast<size_t>(r)];
      try {
        RunOnSurvivors(network.transport(r), kLimit,
                       [&](Communicator& ranks, const LostBefore& lost) {
                         mine.lost = lost.size();
                         for (int i = 0; i < times; ++i) {
                           mine.sum = r;
                           ranks.AllReduceSum(std::span<int64_t>(&mine.sum, 1));
                           std::this_thread::sleep_for(microseconds(100));
                         }
                       });
      } catch (const std::exception& error) {
        mine.error = error.what();
      }
      network.transport(r).Leave();
    });
  }
  meanwhile();
  for (std::thread& thread : threads) thread.join();
  return outcomes;
}

TEST(RunOnSurvivors, IsOneRunWhereNobodyIsLost) {
  LocalNetwork network(4);
  for (const Outcome& outcome : RunAll(network, 4, 100, [] {})) {
    EXPECT_EQ(outcome.sum, 6);
    EXPECT_EQ(outcome.error, "");
  }
}

TEST(RunOnSurvivors, GoesOnWhoeverIsLostWhenever) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    // In short runs ranks are lost while others come to their end.
    const int times = seed % 2 == 0 ? 10 : 100;
    const int size = 2 + static_cast<int>(random.Below(4));
    LocalNetwork network(size);
    std::vector<int> left;
    for (int r = 0; r < size; ++r) left.push_back(r);
    const auto outcomes = RunAll(network, size, times, [&] {
      while (left.size() > 1 && random.Below(4) > 0) {
        std::this_thread::sleep_for(microseconds(random.Below(90 * static_cast<uint64_t>(times))));
        const size_t which = random.Below(left.size());
        network.Kill(left[which]);
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(which));
      }
    });
    // Who was lost after the end of a rank was there.
    int64_t least = 0;
    for (const int r : left) least += r;
    for (const int r : left) {
      const Outcome& outcome = outcomes[static_cast<size_t>(r)];
      EXPECT_EQ(outcome.error, "");
      EXPECT_GE(outcome.sum, least);
      EXPECT_EQ(outcome.sum, outcomes[static_cast<size_t>(left[0])].sum);
    }
  }
}

TEST(RunOnSurvivors, OtherFailuresAreThrown) {
  LocalNetwork network(3);
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int r = 0; r < 3; ++r) {
    threads.emplace_back([&, r] {
      try {
        RunOnSurvivors(network.transport(r), kLimit, [&](Communicator& ranks, const LostBefore&) {
          if (r == 1) throw UserError("it went wrong");
          ranks.Barrier();
        });
      } catch (const UserError&) {
        ++failed;
      } catch (const RankFailure& failure) {
        EXPECT_EQ(failure.kind(), FailureKind::kUserError);
        ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 3);
}

}  // namespace
}  // namespace thalweg
