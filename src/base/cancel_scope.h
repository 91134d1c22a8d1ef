// Work that is cut into tasks hears of its end without being told at every place.
#pragma once

#include "base/cancel.h"

namespace thalweg {

// While it lives, every ThreadPool::Run that this thread begins starts no task any more once the
// token is cancelled, and throws Cancelled. Null: nothing to hear. Scopes nest; the innermost
// counts.
class CancelScope {
 public:
  explicit CancelScope(const CancelToken* token);
  ~CancelScope();
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

  // For long loops that are no tasks: throws Cancelled where the calling thread's scope says so.
  static void ThrowIfCancelled() {
    if (const CancelToken* token = current()) token->ThrowIfCancelled();
  }
  // The token of the calling thread's innermost scope, or null.
  static const CancelToken* current();

 private:
  const CancelToken* outer_;
};

}  // namespace thalweg
