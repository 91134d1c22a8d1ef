#include "base/serial_worker.h"

#include <utility>

namespace thalweg {

SerialWorker::~SerialWorker() {
  {
    std::lock_guard lock(mutex_);
    ends_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void SerialWorker::Submit(std::function<void()> work) {
  std::lock_guard lock(mutex_);
  if (!thread_.joinable()) thread_ = std::thread([this] { Loop(); });
  work_.push_back(std::move(work));
  ++submitted_;
  changed_.notify_all();
}

void SerialWorker::Wait(uint64_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return done_ >= count; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void SerialWorker::WaitForAll() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return done_ == submitted_; });
  submitted_ = done_ = 0;
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void SerialWorker::Loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ends_ || !work_.empty(); });
    if (ends_) return;
    const std::function<void()> work = std::move(work_.front());
    work_.pop_front();
    if (!failure_) {
      lock.unlock();
      std::exception_ptr failure;
      try {
        work();
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      failure_ = failure;
    }
    ++done_;
    changed_.notify_all();
  }
}

}  // namespace thalweg
