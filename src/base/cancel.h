// A CancelToken is shared by who asks for the end of some work and who does that work.
#pragma once

#include <atomic>

#include "base/error.h"

namespace thalweg {

// Thread rule: any thread may call any member at any time. Cancel is safe in a signal handler.
class CancelToken {
 public:
  CancelToken() = default;
  // Is cancelled where `other` is, too; `other` (may be null) outlives it.
  explicit CancelToken(const CancelToken* other) : other_(other) {}
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const {
    return cancelled_.load(std::memory_order_relaxed) || (other_ != nullptr && other_->cancelled());
  }
  void ThrowIfCancelled() const {
    if (cancelled()) throw Cancelled();
  }

 private:
  std::atomic<bool> cancelled_{false};
  const CancelToken* const other_ = nullptr;
  static_assert(std::atomic<bool>::is_always_lock_free);
};

}  // namespace thalweg
