#include "server/http/login_throttle.h"

#include <gtest/gtest.h>

#include <string>

namespace thalweg::internal {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const LoginThrottle::Time kStart = LoginThrottle::Time() + std::chrono::hours(1);

void Guess(LoginThrottle& throttle, const std::string& address, LoginThrottle::Time now) {
  ASSERT_EQ(throttle.Begin(address, now), seconds(0));
  throttle.End(address, false, now);
}

TEST(LoginThrottle, WaitsGrowAndEnd) {
  LoginThrottle throttle;
  LoginThrottle::Time now = kStart;
  for (int i = 0; i < LoginThrottle::kFree; ++i) Guess(throttle, "10.0.0.1", now);
  for (const int wait : {1, 2, 4, 8, 16, 32, 60, 60}) {
    EXPECT_EQ(throttle.Begin("10.0.0.1", now), seconds(wait));
    EXPECT_EQ(throttle.Begin("10.0.0.1", now), seconds(wait)) << "asking costs nothing";
    EXPECT_EQ(throttle.Begin("10.0.0.1", now + seconds(wait) - std::chrono::milliseconds(1)),
              seconds(1));
    now += seconds(wait);
    Guess(throttle, "10.0.0.1", now);
  }
  EXPECT_GT(throttle.Begin("10.0.0.1", now + minutes(1) - seconds(1)), seconds(0));
  now += LoginThrottle::kMemory + seconds(1);
  for (int i = 0; i < LoginThrottle::kFree; ++i) Guess(throttle, "10.0.0.1", now);
}

TEST(LoginThrottle, OthersAreNotSlowed) {
  LoginThrottle throttle;
  for (int i = 0; i < LoginThrottle::kFree; ++i) Guess(throttle, "10.0.0.1", kStart);
  EXPECT_EQ(throttle.Begin("10.0.0.2", kStart), seconds(0));
  throttle.End("10.0.0.2", true, kStart);
  EXPECT_EQ(throttle.addresses(), 1U) << "who never erred is not kept";
}

TEST(LoginThrottle, AGoodPasswordBuysNoGuesses) {
  LoginThrottle throttle;
  for (int i = 0; i < LoginThrottle::kFree - 1; ++i) Guess(throttle, "10.0.0.1", kStart);
  ASSERT_EQ(throttle.Begin("10.0.0.1", kStart), seconds(0));
  throttle.End("10.0.0.1", true, kStart);
  Guess(throttle, "10.0.0.1", kStart);
  EXPECT_EQ(throttle.Begin("10.0.0.1", kStart), seconds(1));
}

TEST(LoginThrottle, ManyAtOnceOfOneAddressWait) {
  LoginThrottle throttle;
  for (int i = 0; i < LoginThrottle::kAtOnce; ++i) {
    EXPECT_EQ(throttle.Begin("10.0.0.1", kStart), seconds(0));
  }
  EXPECT_EQ(throttle.Begin("10.0.0.1", kStart), seconds(1));
  EXPECT_EQ(throttle.Begin("10.0.0.2", kStart), seconds(0));
  throttle.End("10.0.0.1", true, kStart);
  EXPECT_EQ(throttle.Begin("10.0.0.1", kStart), seconds(0));
}

TEST(LoginThrottle, ANetworkOfIpv6IsOneAddress) {
  LoginThrottle throttle;
  for (int i = 0; i < LoginThrottle::kFree; ++i) {
    Guess(throttle, "2001:db8:0:1::" + std::to_string(i), kStart);
  }
  EXPECT_EQ(throttle.Begin("2001:db8:0:1:ffff::1", kStart), seconds(1));
  EXPECT_EQ(throttle.Begin("2001:db8:0:2::1", kStart), seconds(0));
}

TEST(LoginThrottle, TheTableIsBounded) {
  LoginThrottle throttle;
  LoginThrottle::Time now = kStart;
  for (int i = 0; i < LoginThrottle::kFree; ++i) Guess(throttle, "old", now);
  now += seconds(1);
  ASSERT_EQ(throttle.Begin("busy", kStart), seconds(0));
  for (size_t i = 0; i < LoginThrottle::kMostAddresses; ++i) {
    Guess(throttle, "a" + std::to_string(i), now);
  }
  EXPECT_LE(throttle.addresses(), LoginThrottle::kMostAddresses);
  EXPECT_EQ(throttle.Begin("old", now), seconds(0)) << "the oldest went";
  throttle.End("busy", false, now);
}

}  // namespace
}  // namespace thalweg::internal
