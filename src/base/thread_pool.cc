#include "base/thread_pool.h"

#include <immintrin.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/cancel_scope.h"

namespace thalweg {
namespace {

// Long enough to bridge the gap between two runs of a training step, short enough not to be seen in
// the load of an idle process.
constexpr auto kSpin = std::chrono::microseconds(50);

// The pool whose task this thread is in, if any, and its number there.
thread_local const void* t_pool = nullptr;
thread_local size_t t_thread = 0;

void ThrowIfCancelled(const CancelToken* token) {
  if (token != nullptr) token->ThrowIfCancelled();
}

// Waits until `ready(value)`: first spinning, then asleep.
template <class T, class Ready>
T WaitUntil(const std::atomic<T>& value, Ready ready) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 64; ++i) {
      const T now = value.load(std::memory_order_acquire);
      if (ready(now)) return now;
      _mm_pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  for (;;) {
    const T now = value.load(std::memory_order_acquire);
    if (ready(now)) return now;
    value.wait(now);
  }
}

}  // namespace

struct ThreadPool::State {
  explicit State(size_t threads) : count(threads) {}

  void Work(size_t thread) {
    const void* outer_pool = t_pool;
    const size_t outer_thread = t_thread;
    t_pool = this;
    t_thread = thread;
    for (;;) {
      const size_t i = next.fetch_add(1, std::memory_order_relaxed);
      if (i >= tasks || failed.load(std::memory_order_relaxed)) break;
      try {
        ThrowIfCancelled(cancel);
        (*task)(i, thread);
      } catch (...) {
        std::lock_guard lock(error_mutex);
        failed.store(true, std::memory_order_relaxed);
        if (!error || i < error_task) {
          error = std::current_exception();
          error_task = i;
        }
      }
    }
    t_pool = outer_pool;
    t_thread = outer_thread;
  }

  void Loop(size_t thread) {
    uint32_t seen = 0;
    for (;;) {
      seen = WaitUntil(generation, [&](uint32_t now) { return now != seen; });
      if (stopping.load(std::memory_order_relaxed)) return;
      if (!Enter(seen)) continue;
      Work(thread);
      const uint64_t before = gate.fetch_sub(1, std::memory_order_acq_rel);
      if ((before & kOpen) == 0) gate.notify_one();
    }
  }

  // A worker that comes when the run is over does not take part; nobody waits for it.
  bool Enter(uint32_t run) {
    uint64_t now = gate.load(std::memory_order_acquire);
    while (now >> 32 == run && (now & kOpen) != 0) {
      if (gate.compare_exchange_weak(now, now + 1, std::memory_order_acq_rel)) return true;
    }
    return false;
  }

  const size_t count;
  std::vector<std::thread> workers;
  std::mutex run_mutex;

  // One run; written by the caller before `generation` moves on.
  const TaskRef* task = nullptr;
  size_t tasks = 0;
  const CancelToken* cancel = nullptr;
  std::atomic<bool> failed{false};
  std::mutex error_mutex;
  std::exception_ptr error;
  size_t error_task = 0;

  std::atomic<bool> stopping{false};
  alignas(64) std::atomic<size_t> next{0};
  // Number of the run; what workers wait for.
  alignas(64) std::atomic<uint32_t> generation{0};
  // Number of the run (upper half), whether workers may still enter it, and how many are inside.
  static constexpr uint64_t kOpen = uint64_t{1} << 31;
  alignas(64) std::atomic<uint64_t> gate{0};
};

ThreadPool::ThreadPool(size_t threads)
    : state_(std::make_unique<State>(threads == 0 ? AvailableProcessors() : threads)) {
  for (size_t i = 1; i < state_->count; ++i) {
    state_->workers.emplace_back([this, i] { state_->Loop(i); });
  }
}

ThreadPool::~ThreadPool() {
  state_->stopping.store(true, std::memory_order_relaxed);
  state_->generation.fetch_add(1, std::memory_order_release);
  state_->generation.notify_all();
  for (std::thread& worker : state_->workers) worker.join();
}

size_t ThreadPool::size() const { return state_->count; }

void ThreadPool::Run(size_t tasks, TaskRef task) {
  if (tasks == 0) return;
  const bool nested = t_pool == state_.get();
  if (nested || state_->count == 1 || tasks == 1) {
    const size_t thread = nested ? t_thread : 0;
    const CancelToken* cancel = nested ? state_->cancel : CancelScope::current();
    for (size_t i = 0; i < tasks; ++i) {
      ThrowIfCancelled(cancel);
      task(i, thread);
    }
    return;
  }
  State& s = *state_;
  std::lock_guard lock(s.run_mutex);
  s.task = &task;
  s.tasks = tasks;
  s.cancel = CancelScope::current();
  s.next.store(0, std::memory_order_relaxed);
  s.failed.store(false, std::memory_order_relaxed);
  s.error = nullptr;
  const uint32_t run = s.generation.load(std::memory_order_relaxed) + 1;
  s.gate.store(uint64_t{run} << 32 | State::kOpen, std::memory_order_release);
  s.generation.store(run, std::memory_order_release);
  s.generation.notify_all();
  s.Work(0);
  // All tasks are taken: only those who are inside are waited for, not a worker that the system has
  // not let run yet. On a busy machine that is the difference between working alone and waiting.
  s.gate.fetch_and(~State::kOpen, std::memory_order_acq_rel);
  WaitUntil(s.gate, [](uint64_t now) { return static_cast<uint32_t>(now) == 0; });
  if (s.error) std::rethrow_exception(s.error);
}

size_t AvailableProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  size_t count = 1;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) count = static_cast<size_t>(CPU_COUNT(&set));
  // cgroup v2: "<quota> <period>" in microseconds, or "max <period>".
  std::ifstream quota_file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (quota_file >> quota >> period && quota != "max" && period > 0) {
    const double processors = std::stod(quota) / period;
    count = std::min(count, static_cast<size_t>(std::max(1.0, processors + 0.5)));
  }
  return std::max<size_t>(count, 1);
}

}  // namespace thalweg
