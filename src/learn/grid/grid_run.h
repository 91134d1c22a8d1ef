// One run of a grid search: who trains what next, and what becomes of it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cluster/rank_workers.h"
#include "learn/grid/grid_search.h"
#include "learn/grid/recovery_folder.h"
#include "learn/grid/search_order.h"

namespace thalweg {

// What is settled before.
struct GridPlan {
  const MetricByName* sort_by = nullptr;
  const MetricByName* stop_by = nullptr;
  int64_t seed = 0;
  size_t parallel = 1;  // on this rank
  std::vector<std::string> warnings;
};

class GridRun {
 public:
  // `folder` may be null. `others`: ranks that train models, too. Everything must outlive this.
  GridRun(const GridRequest& request, const GridPlan& plan, const TrainingFrames& frames,
          RecoveryFolder* folder, RankWorkers& others, ThreadPool& pool,
          const WorkContext& context);
  GridOutcome Run();

 private:
  struct Job {
    uint64_t number = 0;
    uint64_t combination = 0;
    bool alone = false;  // nothing else trains meanwhile
  };
  // A job that has ended with a model or with a reason why there is none.
  struct Result {
    Job job;
    std::optional<GridModel> model;
    std::optional<GridFailure> failure;
    std::shared_ptr<const TrainingOutcome> outcome;  // null: the model was there already
  };
  class Listener;

  size_t Workers() const { return plan_.parallel + others_.lanes(); }
  // Workers from plan_.parallel on are of other ranks; `pool` is that of the others.
  void Work(size_t worker, ThreadPool& pool);
  // Waits until there is something to do; nothing when there will not be.
  std::optional<Job> Next();
  void Train(const Job& job, size_t worker, ThreadPool& pool);
  // Here, or on another rank; or as it was left when the search had to begin again.
  TrainingOutcome Trained(const Job& job, const void* params, size_t worker, ThreadPool& pool,
                          const WorkContext& context);
  std::shared_ptr<void> ParamsOf(const Job& job, double limit) const;
  // The model's or the grid's, what is less; 0: none.
  double TimeLimit(const void* params, bool* of_grid) const;

  // The others are called with the mutex held.
  bool MayStart();
  Job Draw();
  // No combination is left; finds the next one.
  bool Exhausted();
  // In the folder, and good enough: a model that had no time to finish is so when it is too late.
  bool IsThere(uint64_t number, bool late) const;
  void AddRecovered(const Job& job);
  void AddTheRestThatIsThere();
  void Stop(const std::string& reason, bool cancel_running);
  void CheckCancelled();
  void Finish(Result result);
  // In the order of the search; sees to stopping_rounds.
  void DecideInOrder();
  void Accept(Result result);
  void Report();

  double Seconds() const;
  std::string ModelId(uint64_t number) const;
  uint64_t Planned() const;

  const GridRequest& request_;
  const GridPlan& plan_;
  const TrainingFrames& frames_;
  RecoveryFolder* const folder_;
  RankWorkers& others_;
  ThreadPool& pool_;
  const WorkContext& context_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  CancelToken cancel_;  // of the models in training

  std::mutex mutex_;
  std::condition_variable changed_;
  SearchOrder order_;
  std::optional<uint64_t> next_;  // combination
  uint64_t drawn_ = 0;
  std::deque<Job> again_;  // did not fit the memory beside others
  size_t running_ = 0;
  bool alone_ = false;
  uint64_t succeeded_ = 0;
  uint64_t failed_ = 0;
  size_t kept_bytes_ = 0;
  std::vector<double> fractions_;  // of the models in training, by worker
  std::map<uint64_t, Result> undecided_;
  uint64_t decided_ = 0;        // all numbers up to this
  std::vector<double> values_;  // of stop_by, the best so far
  bool converged_ = false;
  std::string stop_reason_;
  GridOutcome outcome_;
  std::optional<GridModel> best_;
};

}  // namespace thalweg
