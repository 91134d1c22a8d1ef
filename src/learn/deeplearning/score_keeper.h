// Measures the net in training from time to time, writes the history, and remembers the best.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/json_fwd.h"
#include "learn/deeplearning/params.h"
#include "learn/deeplearning/training_data.h"

namespace thalweg {

struct Scores {
  Metrics training;
  std::optional<Metrics> validation;
};

// How far a training is.
struct TrainingState {
  double seconds = 0;
  double epochs = 0;
  int64_t iterations = 0;
  uint64_t samples = 0;
  double samples_per_second = 0;
};

class ScoreKeeper {
 public:
  // Parameters and data must outlive this. `seed` decides on which rows to score.
  ScoreKeeper(const DeepLearningParams& params, const TrainingData& data, uint64_t seed);
  ~ScoreKeeper();

  // By score_interval and score_duty_cycle; with reproducible, always.
  bool IsDue(double seconds) const;
  // Returns true when the training error is as low as classification_stop or regression_stop.
  bool Score(std::shared_ptr<const Network> network, const TrainingState& state, ThreadPool& pool);

  bool empty() const { return network_ == nullptr; }
  const Scores& latest() const { return latest_; }
  // Those of the network to keep: the best, or the latest where overwrite_with_best_model is off.
  const Scores& kept() const { return kept_; }
  const std::shared_ptr<const Network>& network() const { return network_; }
  // An array of objects, one per scoring.
  const Json& history() const { return *history_; }

 private:
  const DeepLearningParams& params_;
  const TrainingData& data_;
  std::vector<uint32_t> training_rows_;
  std::vector<uint32_t> validation_rows_;
  double last_seconds_ = 0;
  double scoring_seconds_ = 0;
  Scores latest_;
  Scores kept_;
  std::shared_ptr<const Network> network_;
  std::unique_ptr<Json> history_;
};

}  // namespace thalweg
