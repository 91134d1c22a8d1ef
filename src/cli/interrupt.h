// Ctrl-C as a request to end: the first one cancels; another, more than a second later, ends the
// process at once.
#pragma once

#include "base/cancel.h"

namespace thalweg {

// While it lives, SIGINT and SIGTERM cancel `token`. One at a time per process.
class InterruptScope {
 public:
  explicit InterruptScope(CancelToken& token);
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;
};

}  // namespace thalweg
