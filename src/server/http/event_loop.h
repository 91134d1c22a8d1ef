// One thread's loop over sockets that are ready (Linux epoll, level-triggered).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace thalweg::internal {

// What is told of events of its descriptor (EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR).
class Pollable {
 public:
  virtual ~Pollable() = default;
  virtual void OnEvents(uint32_t events) = 0;
};

// Thread rule: Post and Stop by any thread; all else by the thread that runs it, or before Run.
class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // False where the system watches as many as it may.
  bool Add(int descriptor, uint32_t events, Pollable* pollable);
  void Change(int descriptor, uint32_t events, Pollable* pollable);
  void Remove(int descriptor);

  void Post(std::function<void()> task);
  // Drops the object when the events of this round, which may still name it, are done.
  void ReleaseAfterRound(std::shared_ptr<void> object) { released_.push_back(std::move(object)); }

  // Until Stop. `on_tick` is called about every `tick`.
  void Run(std::chrono::milliseconds tick, const std::function<void()>& on_tick);
  void Stop();

  // The time as of the start of this round: no system call per look.
  std::chrono::steady_clock::time_point now() const { return now_; }

 private:
  void RunPosted();

  int epoll_ = -1;
  int wake_ = -1;
  std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
  std::vector<std::shared_ptr<void>> released_;

  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  bool stop_ = false;
};

}  // namespace thalweg::internal
