#include "cli/interrupt.h"

#include <atomic>
#include <csignal>

#include "base/error.h"

namespace thalweg {
namespace {

std::atomic<CancelToken*> g_token = nullptr;

void OnSignal(int signal) {
  CancelToken* token = g_token.load();
  if (token != nullptr) token->Cancel();
  std::signal(signal, SIG_DFL);
}

}  // namespace

InterruptScope::InterruptScope(CancelToken& token) {
  CancelToken* none = nullptr;
  Check(g_token.compare_exchange_strong(none, &token), "one interrupt scope at a time");
  std::signal(SIGINT, OnSignal);
  std::signal(SIGTERM, OnSignal);
}

InterruptScope::~InterruptScope() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  g_token.store(nullptr);
}

}  // namespace thalweg
