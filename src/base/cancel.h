// A CancelToken is shared by who asks for the end of some work and who does that work.
#pragma once

#include <atomic>

#include "base/error.h"

namespace thalweg {

// Thread rule: any thread may call any member at any time. Cancel is safe in a signal handler.
class CancelToken {
 public:
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  void ThrowIfCancelled() const {
    if (cancelled()) throw Cancelled();
  }

 private:
  std::atomic<bool> cancelled_{false};
  static_assert(std::atomic<bool>::is_always_lock_free);
};

}  // namespace thalweg
