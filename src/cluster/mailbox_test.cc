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
  Mailbox mailbox([&] { waits.release(); });
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

TEST(Mailbox, ListenersDoNotCountAsWaiting) {
  bool waits = false;
  Mailbox mailbox([&] { waits = true; });
  EXPECT_EQ(mailbox.ReceiveAny(kControlChannel, std::chrono::milliseconds(1)), std::nullopt);
  EXPECT_THROW(mailbox.Receive(1, kChannel | kSideStream, std::chrono::milliseconds(1)),
               RankFailure);
  EXPECT_FALSE(waits);
}

}  // namespace
}  // namespace thalweg
