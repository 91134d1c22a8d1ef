#include "server/http/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"

namespace thalweg::internal {

EventLoop::EventLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_NONBLOCK)) {
  Check(epoll_ >= 0 && wake_ >= 0 && Add(wake_, EPOLLIN, nullptr), "epoll and eventfd can be had");
}

EventLoop::~EventLoop() {
  close(wake_);
  close(epoll_);
}

bool EventLoop::Add(int descriptor, uint32_t events, Pollable* pollable) {
  epoll_event event{.events = events, .data = {.ptr = pollable}};
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void EventLoop::Change(int descriptor, uint32_t events, Pollable* pollable) {
  epoll_event event{.events = events, .data = {.ptr = pollable}};
  Check(epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event) == 0, "a watch can be changed");
}

void EventLoop::Remove(int descriptor) { epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr); }

void EventLoop::Post(std::function<void()> task) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    wake = posted_.empty();
    posted_.push_back(std::move(task));
  }
  if (wake) eventfd_write(wake_, 1);
}

void EventLoop::Stop() {
  Post([this] { stop_ = true; });
}

void EventLoop::RunPosted() {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (const auto& task : tasks) task();
}

void EventLoop::Run(std::chrono::milliseconds tick, const std::function<void()>& on_tick) {
  std::array<epoll_event, 256> events;
  auto next_tick = std::chrono::steady_clock::now() + tick;
  while (!stop_) {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next_tick - now_).count();
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(std::max<int64_t>(wait, 0)));
    now_ = std::chrono::steady_clock::now();
    bool woken = false;
    for (int i = 0; i < count; ++i) {
      auto* pollable = static_cast<Pollable*>(events[static_cast<size_t>(i)].data.ptr);
      if (pollable == nullptr) {
        eventfd_t ignored = 0;
        eventfd_read(wake_, &ignored);
        woken = true;
      } else {
        pollable->OnEvents(events[static_cast<size_t>(i)].events);
      }
    }
    if (woken) RunPosted();
    if (now_ >= next_tick) {
      on_tick();
      next_tick = now_ + tick;
    }
    released_.clear();
  }
}

}  // namespace thalweg::internal
