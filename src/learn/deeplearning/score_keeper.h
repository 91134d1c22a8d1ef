// Measures the net in training from time to time, writes the history, and remembers the best. With
// several ranks this is rank 0's work; the others score their share of the rows (Help), and Restore
// with it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json_fwd.h"
#include "cluster/communicator.h"
#include "learn/deeplearning/params.h"
#include "learn/deeplearning/stopwatch.h"
#include "learn/deeplearning/training_data.h"

namespace thalweg {

struct Scores {
  Metrics training;
  std::optional<Metrics> validation;
};

// How far a training is.
struct TrainingState {
  double seconds = 0;  // since the beginning, as in the history
  double epochs = 0;
  int64_t iterations = 0;
  uint64_t samples = 0;
  double samples_per_second = 0;
  // Else a training that ends within an iteration: the scoring does not count for stopping, so that
  // a training which goes on decides like one that was never interrupted.
  bool iteration_done = true;
};

class ScoreKeeper {
 public:
  // Parameters and data must outlive this. `clock` runs since this part of the training began.
  // `seed` decides on which rows to score. FieldErrors where score_validation_sampling does not go
  // with the response.
  // `ranks`: those that have these rows, all of them or each its own, and score together; null:
  // this one alone.
  ScoreKeeper(const DeepLearningParams& params, const TrainingData& data, const Stopwatch& clock,
              uint64_t seed, Communicator* ranks);
  ~ScoreKeeper();

  // FieldErrors where stopping_metric is not measured for such responses; scores a few rows with
  // any network to find out. A collective where rows are shared out; rank 0 finds out.
  void CheckStoppingMetric(const Network& network, ThreadPool& pool) const;
  // By score_interval and score_duty_cycle; with score_each_iteration or reproducible, always.
  bool IsDue() const;
  // `layers` goes into the history, too, where it is not null.
  void Score(std::shared_ptr<const Network> network, const TrainingState& state, const Json& layers,
             ThreadPool& pool);
  // The part of other ranks than rank 0 in its Score.
  void Help(const Network& network, ThreadPool& pool) const { Measure(network, pool); }
  // Why training should end now: the training error is as low as classification_stop or
  // regression_stop, or the stopping metric has converged. Empty: it should not.
  std::string StopReason() const;

  // A sentence for the next entry of the history.
  void Note(std::string text) { notes_.push_back(std::move(text)); }

  bool empty() const { return network_ == nullptr; }
  const Scores& latest() const { return latest_; }
  // Those of the network to keep: the best, or the latest where overwrite_with_best_model is off.
  const Scores& kept() const { return kept_; }
  const std::shared_ptr<const Network>& network() const { return network_; }
  // Where the network to keep was scored.
  double kept_epochs() const { return kept_epochs_; }
  // For what belongs to a scoring beside it, such as writing a checkpoint.
  void AddTime(double seconds);
  // Time that all scorings took together.
  double seconds() const { return scoring_seconds_; }
  // What a later part of the training needs, without readings of the clock where reproducible.
  Json ToJson() const;
  // Goes on from there with the network that was kept, which is scored again, as rows may be
  // others.
  void Restore(const Json& scores, std::shared_ptr<const Network> kept, ThreadPool& pool);
  // An array of objects, one per scoring.
  const Json& history() const { return *history_; }

 private:
  Scores Measure(const Network& network, ThreadPool& pool) const;
  bool IsBetter(const Scores& scores) const;
  void AddToHistory(const Scores& scores, const TrainingState& state, const Json& layers);

  const DeepLearningParams& params_;
  const TrainingData& data_;
  const Stopwatch clock_;
  Communicator* const ranks_;
  std::vector<uint32_t> training_rows_;
  std::vector<uint32_t> validation_rows_;
  double last_seconds_ = 0;  // since this part of the training began
  double scoring_seconds_ = 0;
  Scores latest_;
  Scores kept_;
  double kept_epochs_ = 0;
  std::vector<double> stopping_values_;  // of the stopping metric, one per scoring
  std::shared_ptr<const Network> network_;
  std::vector<std::string> notes_;
  std::unique_ptr<Json> history_;
};

}  // namespace thalweg
