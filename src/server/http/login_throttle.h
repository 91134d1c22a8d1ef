// Slows down who guesses passwords, by the address that the guesses come from.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace thalweg::internal {

// After kFree wrong passwords an address has to wait before its next one is looked at: a second,
// then twice as long each time, at most kLongest. What was wrong is forgotten kMemory after the
// last of it; a good password in between changes nothing, or one account would buy guesses at the
// others. Addresses of IPv6 count by their network (/64). Thread rule: any thread.
class LoginThrottle {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr int kFree = 5;
  // Of one address, whose passwords are looked at at the same time.
  static constexpr int kAtOnce = 8;
  static constexpr std::chrono::seconds kLongest{60};
  static constexpr std::chrono::minutes kMemory{15};
  // Addresses that are remembered; then the one whose last guess is the oldest is forgotten.
  static constexpr size_t kMostAddresses = 4096;

  // 0: the password may be looked at, and End is to be called; else the time to wait, at least a
  // second.
  std::chrono::seconds Begin(const std::string& address, Time now);
  void End(const std::string& address, bool good, Time now);
  size_t addresses() const;

 private:
  struct Guesses {
    int wrong = 0;
    int under_way = 0;
    Time last;  // of the wrong ones
  };
  void MakeRoom(Time now);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Guesses> guesses_;
};

}  // namespace thalweg::internal
