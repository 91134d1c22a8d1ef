// Pieces of work that rank 0 gives to the other ranks, each as one of them gets free.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "cluster/communicator.h"

namespace thalweg {

// Rank 0's side. It talks by single messages: collectives may go on beside it.
// Thread rule: any thread may call Run at any time, one at a time per lane.
class RankWorkers {
 public:
  // While this lives, all other ranks are in ServeTasks. `ranks`: null, or one: there are no lanes.
  explicit RankWorkers(Communicator* ranks);
  // No Run is under way any more. The others' ServeTasks return.
  ~RankWorkers();

  // How many tasks may run at the same time, over all ranks.
  size_t lanes() const;
  // Runs a task on the lane's rank and returns what it came to. The listener hears of its progress
  // in this thread; it is told of a cancellation. Throws what the task threw, as UserError,
  // MemoryError, Cancelled, or std::runtime_error with its message; RankFailure where the ranks do
  // not work together any more.
  std::string Run(size_t lane, const std::string& task, const WorkContext& context);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The other ranks' side: does what rank 0 asks for until its RankWorkers end. So many tasks run
// side by side, each with its share of the pool's threads. `work` is called on threads of their
// own; what it is given reports to rank 0, and is cancelled with `context` or by rank 0.
using TaskFunction =
    std::function<std::string(const std::string& task, ThreadPool& pool, const WorkContext&)>;
void ServeTasks(Communicator& ranks, size_t lanes, ThreadPool& pool, const WorkContext& context,
                const TaskFunction& work);

}  // namespace thalweg
