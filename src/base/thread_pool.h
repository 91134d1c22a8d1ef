// A fixed set of threads that work through numbered tasks.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace thalweg {

// A reference to a callable, not owning; valid as long as the callable lives.
class TaskRef {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, TaskRef>)
      TaskRef(F&& f)  // NOLINT(google-explicit-constructor): stands in for the callable
      : object_(const_cast<void*>(static_cast<const void*>(&f))),
        call_([](void* object, size_t task, size_t thread) {
          (*static_cast<std::remove_reference_t<F>*>(object))(task, thread);
        }) {}
  void operator()(size_t task, size_t thread) const { call_(object_, task, thread); }

 private:
  void* object_;
  void (*call_)(void*, size_t, size_t);
};

// The calling thread works too: a pool of 1 starts no thread, and everything runs in the caller.
// Thread rule: one Run at a time; a second caller waits. A Run from inside a task of the same pool
// runs its tasks in the thread that calls it, under that thread's number: nesting is safe and
// simply not parallel. With one task, too, the caller does it alone (as thread 0). Workers spin for
// some microseconds after a Run before they sleep, so that runs that follow each other closely (the
// mini-batches of a net) start without a system call.
class ThreadPool {
 public:
  // threads = 0: as many as the processors this process may use.
  explicit ThreadPool(size_t threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  size_t size() const;

  // Calls task(i, thread) for i in [0, tasks), each exactly once, in no fixed order; thread is in
  // [0, size()). Returns when all have ended. If tasks throw, the rest is not started, and the
  // exception of the lowest-numbered task that threw is rethrown here.
  void Run(size_t tasks, TaskRef task);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Processors this process may run on (affinity and cgroup quota respected), at least 1.
size_t AvailableProcessors();

}  // namespace thalweg
