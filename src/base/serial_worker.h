// A thread that does what it is given, one thing after the other.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace thalweg {

// Thread rule: one thread at a time.
class SerialWorker {
 public:
  SerialWorker() = default;
  // Waits for what is under way, and drops what has not begun.
  ~SerialWorker();
  SerialWorker(const SerialWorker&) = delete;
  SerialWorker& operator=(const SerialWorker&) = delete;

  // Returns at once; the thread begins with the first work. Not done where something before it has
  // thrown, until Wait has told that.
  void Submit(std::function<void()> work);
  // Until the first `count` since the last WaitForAll are done; throws what one of them threw.
  void Wait(uint64_t count);
  void WaitForAll();

 private:
  void Loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> work_;
  uint64_t submitted_ = 0;
  uint64_t done_ = 0;
  std::exception_ptr failure_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace thalweg
