#include "cluster/message_communicator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <numeric>
#include <thread>

#include "base/error.h"
#include "cluster/local/local_ranks.h"
#include "cluster/local/local_transport.h"

namespace thalweg {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

// Runs `body` on each rank of the network and returns what each of them threw.
std::vector<std::exception_ptr> RunAll(LocalNetwork& network, int ranks, uint32_t channel,
                                       const std::function<void(Communicator&)>& body,
                                       milliseconds limit = seconds(30)) {
  std::vector<std::exception_ptr> errors(static_cast<size_t>(ranks));
  std::vector<std::thread> threads;
  for (int r = 0; r < ranks; ++r) {
    threads.emplace_back([&, r] {
      try {
        RunOnChannel(network.transport(r), channel, limit, body);
      } catch (...) {
        errors[static_cast<size_t>(r)] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return errors;
}

std::string MessageOf(const std::exception_ptr& error) {
  if (!error) return "";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  }
}

class MessageCommunicatorTest : public testing::TestWithParam<int> {
 protected:
  void Run(const std::function<void(Communicator&)>& body) {
    LocalNetwork network(GetParam());
    for (const auto& error : RunAll(network, GetParam(), 1, body)) EXPECT_EQ(MessageOf(error), "");
  }
};

TEST_P(MessageCommunicatorTest, Collectives) {
  const int size = GetParam();
  Run([&](Communicator& comm) {
    ASSERT_EQ(comm.size(), size);
    for (int root = 0; root < size; ++root) {
      const std::string mine = "r" + std::to_string(comm.rank());
      EXPECT_EQ(comm.Broadcast(mine, root), "r" + std::to_string(root));
      const std::vector<std::string> all = comm.AllGather(mine);
      ASSERT_EQ(all.size(), static_cast<size_t>(size));
      for (int r = 0; r < size; ++r) EXPECT_EQ(all[size_t(r)], "r" + std::to_string(r));
      std::vector<std::string> to_each;
      for (int r = 0; r < size; ++r) to_each.push_back(mine + ">" + std::to_string(r));
      const std::vector<std::string> received = comm.AllToAll(to_each);
      for (int r = 0; r < size; ++r) {
        EXPECT_EQ(received[size_t(r)], "r" + std::to_string(r) + ">" + std::to_string(comm.rank()));
      }
      comm.Barrier();
    }
  });
}

// The bits are those of ranks that are threads, for few values and for many.
TEST_P(MessageCommunicatorTest, SumsAreThoseOfThreads) {
  const int size = GetParam();
  for (const size_t values : {0, 1, 7, 511, 513, 100'003, 327'680, 1'000'003}) {
    const auto sum = [&](Communicator& comm) {
      std::vector<double> reals(values);
      std::vector<float> floats(values);
      std::vector<int64_t> integers(values);
      for (size_t i = 0; i < values; ++i) {
        reals[i] = 1.0 / static_cast<double>(i * 7 + size_t(comm.rank()) * 3 + 1);
        floats[i] = static_cast<float>(reals[i]);
        integers[i] = static_cast<int64_t>(i) * comm.rank();
      }
      comm.AllReduceSum(std::span<double>(reals));
      comm.AllReduceSum(std::span<float>(floats));
      comm.AllReduceSum(std::span<int64_t>(integers));
      return std::tuple(reals, floats, integers);
    };
    std::tuple<std::vector<double>, std::vector<float>, std::vector<int64_t>> wanted;
    RunLocalRanks(size, [&](Communicator& comm) {
      auto sums = sum(comm);
      if (comm.rank() == 0) wanted = std::move(sums);
    });
    Run([&](Communicator& comm) { EXPECT_TRUE(sum(comm) == wanted); });
  }
}

TEST_P(MessageCommunicatorTest, AFailureEndsTheWaitsOfAll) {
  const int size = GetParam();
  LocalNetwork network(size);
  const auto errors = RunAll(network, size, 1, [&](Communicator& comm) {
    if (comm.rank() == size - 1) throw UserError("bad row");
    comm.Barrier();
    FAIL() << "the barrier cannot be complete";
  });
  for (int r = 0; r + 1 < size; ++r) {
    EXPECT_EQ(MessageOf(errors[size_t(r)]), "rank " + std::to_string(size - 1) + ": bad row");
  }
  EXPECT_EQ(MessageOf(errors.back()), "bad row");
  // Other channels go on.
  for (const auto& error : RunAll(network, size, 2, [](Communicator& comm) { comm.Barrier(); })) {
    EXPECT_FALSE(error);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, MessageCommunicatorTest, testing::Values(1, 2, 3, 5, 8));

TEST(MessageCommunicator, ChannelsRunSideBySide) {
  LocalNetwork network(3);
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (uint32_t channel = 1; channel <= 8; ++channel) {
    threads.emplace_back([&, channel] {
      const auto errors = RunAll(network, 3, channel, [&](Communicator& comm) {
        for (int i = 0; i < 200; ++i) {
          std::array<int64_t, 1> sum = {channel + comm.rank()};
          comm.AllReduceSum(sum);
          Check(sum[0] == 3 * channel + 3, "the sum of this channel");
        }
      });
      for (const auto& error : errors) good += !error;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 24);
}

TEST(MessageCommunicator, ALostRankIsNamed) {
  LocalNetwork network(3);
  const auto errors = RunAll(network, 3, 1, [&](Communicator& comm) {
    if (comm.rank() == 1) network.Kill(1);
    for (;;) comm.Barrier();
  });
  EXPECT_EQ(MessageOf(errors[0]), "rank 1: was lost");
  EXPECT_EQ(MessageOf(errors[2]), "rank 1: was lost");
  EXPECT_THAT(MessageOf(errors[1]), HasSubstr("cannot be reached"));
}

TEST(MessageCommunicator, AnAbsentRankIsNoticed) {
  LocalNetwork network(2);
  const auto errors = RunAll(
      network, 2, 1,
      [](Communicator& comm) {
        if (comm.rank() == 1) std::this_thread::sleep_for(milliseconds(200));
        comm.Barrier();
      },
      milliseconds(20));
  EXPECT_THAT(MessageOf(errors[0]), HasSubstr("rank 1: no answer within"));
}

TEST(MessageCommunicator, WhatAClosedChannelStillGetsIsDropped) {
  LocalNetwork network(2);
  RunAll(network, 2, 1, [](Communicator& comm) {
    if (comm.rank() == 0) throw UserError("gone");
    comm.Barrier();
  });
  network.transport(0).Send(1, 1, "late");
  EXPECT_FALSE(network.transport(1).mailbox().ReceiveAny(1, milliseconds(1)));
  network.transport(0).Send(1, 2, "next");
  const auto message = network.transport(1).mailbox().ReceiveAny(2, seconds(5));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->bytes, "next");
}

}  // namespace
}  // namespace thalweg
