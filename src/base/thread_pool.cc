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

namespace thalweg {
namespace {

// Long enough to bridge the gap between two runs of a training step, short enough not to be seen in
// the load of an idle process.
constexpr auto kSpin = std::chrono::microseconds(50);

// The pool whose task this thread is in, if any, and its number there.
thread_local const void* t_pool = nullptr;
thread_local size_t t_thread = 0;

// Waits until `value` differs from `old`: first spinning, then asleep.
void WaitForChange(const std::atomic<uint32_t>& value, uint32_t old) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 64; ++i) {
      if (value.load(std::memory_order_acquire) != old) return;
      _mm_pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  while (value.load(std::memory_order_acquire) == old) value.wait(old);
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
      WaitForChange(generation, seen);
      seen = generation.load(std::memory_order_acquire);
      if (stopping.load(std::memory_order_relaxed)) return;
      Work(thread);
      if (busy.fetch_sub(1, std::memory_order_acq_rel) == 1) busy.notify_one();
    }
  }

  const size_t count;
  std::vector<std::thread> workers;
  std::mutex run_mutex;

  // One run; written by the caller before `generation` moves on.
  const TaskRef* task = nullptr;
  size_t tasks = 0;
  std::atomic<bool> failed{false};
  std::mutex error_mutex;
  std::exception_ptr error;
  size_t error_task = 0;

  std::atomic<bool> stopping{false};
  alignas(64) std::atomic<size_t> next{0};
  alignas(64) std::atomic<uint32_t> generation{0};
  alignas(64) std::atomic<uint32_t> busy{0};
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
    for (size_t i = 0; i < tasks; ++i) task(i, thread);
    return;
  }
  State& s = *state_;
  std::lock_guard lock(s.run_mutex);
  s.task = &task;
  s.tasks = tasks;
  s.next.store(0, std::memory_order_relaxed);
  s.failed.store(false, std::memory_order_relaxed);
  s.error = nullptr;
  const auto helpers = static_cast<uint32_t>(s.count - 1);
  s.busy.store(helpers, std::memory_order_relaxed);
  s.generation.fetch_add(1, std::memory_order_release);
  s.generation.notify_all();
  s.Work(0);
  for (uint32_t left = s.busy.load(std::memory_order_acquire); left != 0;
       left = s.busy.load(std::memory_order_acquire)) {
    WaitForChange(s.busy, left);
  }
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
