#include "server/commands/memory_watch.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/available_memory.h"
#include "base/cancel.h"
#include "base/cancel_scope.h"
#include "base/error.h"
#include "base/text.h"

namespace thalweg {
namespace {

// Left to the rest of the program: a sixteenth of the limit, at most so much.
constexpr uint64_t kReserve = 64 << 20;
constexpr std::chrono::milliseconds kLook(10);

uint64_t Reserve() {
  const uint64_t limit = MemoryLimit();
  return limit == 0 ? kReserve : std::min(kReserve, limit / 16);
}

class Watch {
 public:
  explicit Watch(const CancelToken* outer)
      : outer_(outer), free_(AvailableMemory().value_or(0)), thread_([this] { Run(); }) {}
  ~Watch() {
    {
      std::lock_guard lock(mutex_);
      end_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  const CancelToken& token() const { return token_; }
  bool full() const { return full_; }
  uint64_t free_before() const { return free_; }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kLook, [&] { return end_; })) {
      if (outer_ != nullptr && outer_->cancelled()) token_.Cancel();
      const auto free = AvailableMemory();
      if (!free || *free >= Reserve()) continue;
      full_ = true;
      token_.Cancel();
    }
  }

  const CancelToken* outer_;
  const uint64_t free_;
  CancelToken token_;
  std::atomic<bool> full_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace

void RunWatched(const std::string& what, const WorkContext& context,
                const std::function<void(const WorkContext&)>& work) {
  Watch watch(context.cancel);
  const CancelScope scope(&watch.token());
  try {
    work({.progress = context.progress, .cancel = &watch.token()});
  } catch (const Cancelled&) {
    if (!watch.full()) throw;
    const uint64_t limit = MemoryLimit();
    throw MemoryError(what +
                      " needs more memory than there is: it was ended when it had taken the " +
                      HumanBytes(static_cast<double>(watch.free_before())) + " that were free" +
                      (limit == 0 ? std::string()
                                  : " of the limit of " + HumanBytes(static_cast<double>(limit))));
  }
}

}  // namespace thalweg
