#include "cli/interrupt.h"

#include <time.h>

#include <atomic>
#include <csignal>

#include "base/error.h"

namespace thalweg {
namespace {

std::atomic<CancelToken*> g_token = nullptr;

std::atomic<int64_t> g_first_ms = 0;

// Wrappers such as timeout(1) send one signal to the process and one to its group: what comes
// within a second of the first is the same wish, and must not kill the process while it saves its
// work.
void OnSignal(int signal) {
  constexpr int64_t kSameWishMs = 1000;
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const int64_t ms = int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
  int64_t first = 0;
  if (!g_first_ms.compare_exchange_strong(first, ms) && ms - first > kSameWishMs) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    return;
  }
  CancelToken* token = g_token.load();
  if (token != nullptr) token->Cancel();
}

}  // namespace

InterruptScope::InterruptScope(CancelToken& token) {
  CancelToken* none = nullptr;
  Check(g_token.compare_exchange_strong(none, &token), "one interrupt scope at a time");
  g_first_ms.store(0);
  std::signal(SIGINT, OnSignal);
  std::signal(SIGTERM, OnSignal);
}

InterruptScope::~InterruptScope() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  g_token.store(nullptr);
}

}  // namespace thalweg
