#include "cluster/local/local_ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "base/error.h"

namespace thalweg {
namespace {

class LocalRanksTest : public testing::TestWithParam<int> {};

TEST_P(LocalRanksTest, Collectives) {
  const int size = GetParam();
  RunLocalRanks(size, [&](Communicator& comm) {
    ASSERT_EQ(comm.size(), size);
    for (int round = 0; round < 20; ++round) {
      const std::string mine = "r" + std::to_string(comm.rank());
      EXPECT_EQ(comm.Broadcast(mine, size - 1), "r" + std::to_string(size - 1));
      const std::vector<std::string> all = comm.AllGather(mine);
      ASSERT_EQ(all.size(), static_cast<size_t>(size));
      EXPECT_EQ(all[0], "r0");

      std::vector<std::string> to_each;
      to_each.reserve(static_cast<size_t>(size));
      for (int r = 0; r < size; ++r) to_each.push_back(mine + ">" + std::to_string(r));
      const std::vector<std::string> received = comm.AllToAll(to_each);
      EXPECT_EQ(received.back(),
                "r" + std::to_string(size - 1) + ">" + std::to_string(comm.rank()));

      std::array<double, 2> sum = {static_cast<double>(comm.rank()), 1};
      comm.AllReduceSum(sum);
      EXPECT_THAT(sum, testing::ElementsAre(size * (size - 1) / 2, size));
      comm.Barrier();
    }
  });
}

TEST_P(LocalRanksTest, AgreementTellsEveryone) {
  const int size = GetParam();
  std::atomic<int> failures = 0;
  RunLocalRanks(size, [&](Communicator& comm) {
    comm.Agree(nullptr);
    try {
      comm.Agree(comm.rank() == size - 1 ? std::make_exception_ptr(UserError("bad row"))
                                         : std::exception_ptr());
    } catch (const std::exception& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("bad row"));
      ++failures;
    }
    comm.Barrier();  // everyone goes on afterwards
  });
  EXPECT_EQ(failures, size);
}

TEST_P(LocalRanksTest, ALostRankLeavesNobodyWaiting) {
  const int size = GetParam();
  try {
    RunLocalRanks(size, [&](Communicator& comm) {
      if (comm.rank() == size - 1) throw UserError("gone");
      comm.Barrier();
      FAIL() << "the barrier cannot be complete";
    });
    FAIL();
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "gone");
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, LocalRanksTest, testing::Values(1, 2, 3, 5));

TEST(LocalRanksTimeTest, AnAbsentRankIsNoticed) {
  EXPECT_THROW(RunLocalRanks(
                   2,
                   [](Communicator& comm) {
                     if (comm.rank() == 0) {
                       comm.Barrier();
                     } else {
                       std::this_thread::sleep_for(std::chrono::milliseconds(100));
                     }
                   },
                   std::chrono::milliseconds(20)),
               RankFailure);
}

}  // namespace
}  // namespace thalweg
