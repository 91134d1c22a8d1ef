#include "cluster/mailbox.h"

#include <gtest/gtest.h>

#include <future>
#include <semaphore>

namespace thalweg {
namespace {

using std::chrono::seconds;

constexpr uint32_t kChannel = 1;

TEST(Mailbox, IsAwaitedWhileACommandWaits) {
  std::binary_semaphore waits(0);
  Mailbox mailbox(nullptr, [&] { waits.release(); });
  EXPECT_FALSE(mailbox.IsAwaited());
  auto received = std::async([&] { return mailbox.Receive(1, kChannel, seconds(30)); });
  waits.acquire();
  EXPECT_TRUE(mailbox.IsAwaited());
  mailbox.Deliver(1, kChannel, "here");
  EXPECT_EQ(received.get(), "here");
  EXPECT_FALSE(mailbox.IsAwaited());
  // What is there already needs no wait, and failures end one.
  mailbox.Deliver(1, kChannel, "more");
  EXPECT_EQ(mailbox.Receive(1, kChannel, seconds(30)), "more");
  EXPECT_FALSE(waits.try_acquire());
  mailbox.Lose(RankFailure(1, "gone"));
  EXPECT_THROW(mailbox.Receive(1, kChannel, seconds(30)), RankFailure);
  EXPECT_FALSE(mailbox.IsAwaited());
}

// Who waits fetches what has come, which is faster than to be woken.
TEST(Mailbox, WhoWaitsFetches) {
  int fetches = 0;
  bool slept = false;
  Mailbox* box = nullptr;
  Mailbox mailbox(
      [&] {
        if (++fetches == 3) box->Deliver(1, kChannel, "here");
      },
      [&] { slept = true; });
  box = &mailbox;
  EXPECT_EQ(mailbox.Receive(1, kChannel, seconds(30)), "here");
  EXPECT_EQ(fetches, 3);
  EXPECT_FALSE(slept);
  EXPECT_THROW(mailbox.Receive(1, kChannel, std::chrono::milliseconds(1)), RankFailure);
  EXPECT_TRUE(slept);
}

TEST(Mailbox, ListenersDoNotCountAsWaiting) {
  bool waits = false;
  Mailbox mailbox([&] { waits = true; }, [&] { waits = true; });
  EXPECT_EQ(mailbox.ReceiveAny(kControlChannel, std::chrono::milliseconds(1)), std::nullopt);
  EXPECT_THROW(mailbox.Receive(1, kChannel | kSideStream, std::chrono::milliseconds(1)),
               RankFailure);
  EXPECT_FALSE(waits);
}

}  // namespace
}  // namespace thalweg
