// Signs of life between the ranks of a transport that nobody else speaks for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cluster/transport.h"

namespace thalweg {

// While it lives, this rank tells the others twice a second, on the control channel, that it is
// there, and one that says nothing for too long counts as lost from then on, even if it comes back.
// Thread rule: any thread may call any member at any time.
class Pulse {
 public:
  Pulse(Transport& transport, std::chrono::milliseconds silence_limit);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  // Who is missed if it is silent, and the channel whose waits its loss ends.
  void Watch(const std::vector<int>& members, uint32_t channel);
  // Other messages of the control channel: the next one, or nothing when the time is out.
  std::optional<std::string> NextMessage(std::chrono::milliseconds time);

 private:
  using Clock = std::chrono::steady_clock;
  void Loop();
  void Miss(Clock::time_point now);  // with the mutex held

  Transport& transport_;
  const std::chrono::milliseconds silence_limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int, Clock::time_point> heard_;  // of the members
  uint32_t channel_ = kControlChannel;
  std::deque<std::string> messages_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace thalweg
