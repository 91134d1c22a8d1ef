#include "cluster/mpi/mpi_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "base/error.h"
#include "base/random.h"
#include "cluster/mpi/mpi_ranks_for_test.h"

namespace thalweg {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string Numbered(int from, int to, size_t bytes) {
  std::string text = std::to_string(from) + ">" + std::to_string(to) + ":";
  text.resize(std::max(text.size(), bytes), static_cast<char>('a' + from));
  return text;
}

TEST(MpiTransport, ThereAreSeveralRanks) {
  EXPECT_TRUE(StartedByMpi());
  EXPECT_GT(MpiTestTransport().size(), 1);
}

// Also around the size from which messages come in two parts.
TEST(MpiTransport, MessagesOfEverySize) {
  RunMpiRanks([](Communicator& comm) {
    for (const size_t bytes : {0, 1, 4000, 4079, 4080, 4081, 4096, 100'000, 30'000'000}) {
      std::vector<std::string> to_each;
      for (int r = 0; r < comm.size(); ++r) to_each.push_back(Numbered(comm.rank(), r, bytes));
      const std::vector<std::string> received = comm.AllToAll(std::move(to_each));
      for (int r = 0; r < comm.size(); ++r) {
        EXPECT_TRUE(received[size_t(r)] == Numbered(r, comm.rank(), bytes)) << bytes;
      }
    }
  });
}

TEST(MpiTransport, Collectives) {
  RunMpiRanks([](Communicator& comm) {
    for (int root = 0; root < comm.size(); ++root) {
      EXPECT_EQ(comm.Broadcast("of " + std::to_string(comm.rank()), root),
                "of " + std::to_string(root));
    }
    std::vector<double> values(10'000);
    for (size_t i = 0; i < values.size(); ++i) values[i] = comm.rank() + 1.0 / double(i + 1);
    comm.AllReduceSum(std::span<double>(values));
    for (size_t i = 0; i < values.size(); ++i) {
      double sum = 0;
      for (int r = 0; r < comm.size(); ++r) sum += r + 1.0 / double(i + 1);
      ASSERT_EQ(values[i], sum);
    }
  });
}

// Small messages must not overtake large ones.
TEST(MpiTransport, MessagesKeepTheirOrder) {
  RunMpiRanks([](Communicator& comm) {
    const int next = (comm.rank() + 1) % comm.size();
    const int before = (comm.rank() + comm.size() - 1) % comm.size();
    Transport& transport = MpiTestTransport();
    const auto bytes = [](uint64_t i) { return i % 3 == 0 ? 1'000'000 + i : i % 7000; };
    for (uint64_t i = 0; i < 300; ++i) {
      transport.Send(next, 1'000'000, std::string(bytes(i), static_cast<char>(i)));
    }
    for (uint64_t i = 0; i < 300; ++i) {
      ASSERT_TRUE(transport.mailbox().Receive(before, 1'000'000, seconds(30)) ==
                  std::string(bytes(i), static_cast<char>(i)))
          << i;
    }
    comm.Barrier();
  });
}

TEST(MpiTransport, ChannelsRunSideBySide) {
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (uint32_t channel = 2'000'000; channel < 2'000'006; ++channel) {
    threads.emplace_back([&, channel] {
      RunOnChannel(MpiTestTransport(), channel, seconds(60), [&](Communicator& comm) {
        Random random(channel);
        for (int i = 0; i < 50; ++i) {
          std::vector<int64_t> sums(1 + random.Below(3000), comm.rank() + channel);
          comm.AllReduceSum(std::span<int64_t>(sums));
          const int size = comm.size();
          Check(sums.back() == size * int64_t(channel) + size * (size - 1) / 2, "the sum");
        }
        ++good;
      });
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 6);
}

TEST(MpiTransport, AFailureEndsTheWaitsOfAll) {
  const int last = MpiTestTransport().size() - 1;
  try {
    RunMpiRanks([&](Communicator& comm) {
      if (comm.rank() == last) throw UserError("bad row");
      comm.Barrier();
    });
    FAIL();
  } catch (const RankFailure& error) {
    EXPECT_EQ(error.rank(), last);
    EXPECT_STREQ(error.reason(), "bad row");
  } catch (const UserError& error) {
    EXPECT_EQ(MpiTestTransport().rank(), last);
  }
  // The ranks go on.
  RunMpiRanks([](Communicator& comm) { comm.Barrier(); });
}

TEST(MpiTransport, AnAbsentRankIsNoticed) {
  EXPECT_THROW(RunMpiRanks(
                   [](Communicator& comm) {
                     if (comm.rank() == 1) std::this_thread::sleep_for(milliseconds(500));
                     comm.Barrier();
                   },
                   milliseconds(50)),
               RankFailure);
  RunMpiRanks([](Communicator& comm) { comm.Barrier(); });
}

}  // namespace
}  // namespace thalweg
