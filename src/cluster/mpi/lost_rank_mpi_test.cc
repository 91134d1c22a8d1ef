#include <gtest/gtest.h>

#include <chrono>
#include <csignal>

#include "cluster/mpi/mpi_ranks_for_test.h"

namespace thalweg {
namespace {

TEST(MpiLostRank, IsNoticedWithinTenSeconds) {
  const auto start = std::chrono::steady_clock::now();
  try {
    RunMpiRanks([&](Communicator& comm) {
      comm.Barrier();
      if (comm.rank() == 1) std::raise(SIGKILL);
      for (;;) comm.Barrier();
    });
    FAIL();
  } catch (const RankFailure& error) {
    EXPECT_EQ(error.rank(), 1);
    EXPECT_EQ(error.kind(), FailureKind::kLost);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  // The others still reach each other.
  Transport& transport = MpiTestTransport();
  const int other = transport.rank() == 0 ? 2 : 0;
  transport.Send(other, kControlChannel, "are you there?");
  EXPECT_EQ(transport.mailbox().Receive(other, kControlChannel, std::chrono::seconds(10)),
            "are you there?");
}

}  // namespace
}  // namespace thalweg
