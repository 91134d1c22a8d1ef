#include "server/http/login_throttle.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

namespace thalweg::internal {

namespace {

using std::chrono::seconds;

constexpr size_t kNetworkBytes = 8;

// Who has one address of IPv6 has all of its network.
std::string GroupOf(const std::string& address) {
  in6_addr parsed{};
  const std::string bare = address.substr(0, address.find('%'));
  if (inet_pton(AF_INET6, bare.c_str(), &parsed) != 1) return address;
  return {reinterpret_cast<const char*>(parsed.s6_addr), kNetworkBytes};
}

seconds DelayAfter(int wrong) {
  if (wrong < LoginThrottle::kFree) return seconds(0);
  const int doublings = std::min(wrong - LoginThrottle::kFree, 10);
  return std::min(seconds(1 << doublings), LoginThrottle::kLongest);
}

}  // namespace

seconds LoginThrottle::Begin(const std::string& address, Time now) {
  const std::lock_guard lock(mutex_);
  const std::string group = GroupOf(address);
  auto found = guesses_.find(group);
  if (found == guesses_.end()) {
    MakeRoom(now);
    found = guesses_.emplace(group, Guesses{.last = now}).first;
  }
  Guesses& guesses = found->second;
  if (now - guesses.last > kMemory) guesses.wrong = 0;
  const auto left = guesses.last + DelayAfter(guesses.wrong) - now;
  if (guesses.wrong >= kFree && left > Time::duration::zero()) {
    return std::max(std::chrono::ceil<seconds>(left), seconds(1));
  }
  if (guesses.under_way >= kAtOnce) return seconds(1);
  ++guesses.under_way;
  return seconds(0);
}

void LoginThrottle::End(const std::string& address, bool good, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = guesses_.find(GroupOf(address));
  if (found == guesses_.end()) return;
  Guesses& guesses = found->second;
  --guesses.under_way;
  if (!good) {
    ++guesses.wrong;
    guesses.last = now;
  } else if (guesses.wrong == 0 && guesses.under_way == 0) {
    guesses_.erase(found);
  }
}

size_t LoginThrottle::addresses() const {
  const std::lock_guard lock(mutex_);
  return guesses_.size();
}

void LoginThrottle::MakeRoom(Time now) {
  if (guesses_.size() < kMostAddresses) return;
  std::erase_if(guesses_, [&](const auto& each) {
    return each.second.under_way == 0 && now - each.second.last > kMemory;
  });
  if (guesses_.size() < kMostAddresses) return;
  auto oldest = guesses_.end();
  for (auto at = guesses_.begin(); at != guesses_.end(); ++at) {
    if (at->second.under_way > 0) continue;
    if (oldest == guesses_.end() || at->second.last < oldest->second.last) oldest = at;
  }
  if (oldest != guesses_.end()) guesses_.erase(oldest);
}

}  // namespace thalweg::internal
