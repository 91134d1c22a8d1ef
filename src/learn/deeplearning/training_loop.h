// The loop of a training: iterations, scoring in between, the end.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "learn/deeplearning/checkpoint.h"
#include "learn/deeplearning/gradient_trainer.h"
#include "learn/deeplearning/hogwild.h"
#include "learn/deeplearning/last_good_state.h"
#include "learn/deeplearning/memory_plan.h"
#include "learn/deeplearning/mini_batch.h"
#include "learn/deeplearning/sample_schedule.h"
#include "learn/deeplearning/samples_to_do.h"
#include "learn/deeplearning/score_keeper.h"
#include "learn/deeplearning/stopwatch.h"
#include "learn/deeplearning/training_data.h"
#include "learn/deeplearning/training_rows.h"
#include "learn/deeplearning/training_team.h"

namespace thalweg {

// See TrainDeepLearning for what a training promises.
class TrainingLoop {
 public:
  // `params` has nothing left to choose. Everything must outlive this but `clock`, which runs since
  // the beginning of the work. `previous`: the model to go on with, or null. FieldErrors where
  // there is nothing left to do. `frames` are asked for initial weights, and for what is kept.
  // `ranks`: those that train together, all with the same rows and parameters; null: this one
  // alone. Only rank 0's outcome has scores and a model.
  TrainingLoop(const DeepLearningParams& params, const TrainingFrames& frames, TrainingData& data,
               const DeepLearningModel* previous, Communicator* ranks, ThreadPool& pool,
               const WorkContext& context, const Stopwatch& clock);
  TrainingOutcome Run();

 private:
  // Random streams of a training, by what they are for.
  enum Stream : uint64_t { kWeights = 1, kOrder, kDropout, kScoring, kBalance };
  uint64_t Seed(Stream stream) const;

  // Of the whole training.
  double TotalSamples() const;
  void Restore(const DeepLearningModel& previous);
  double Epochs() const;
  double Speed() const;
  struct Iteration {
    uint64_t end = 0;    // up to this sample
    double seconds = 0;  // ranks that need longer leave the rest to the next iteration; 0: none do
  };
  Iteration NextIteration() const;
  // All ranks together, or until there is a reason to stop.
  void Iterate(const Iteration& iteration);
  bool SharesRows() const { return epoch_rows_.ranks != nullptr; }
  // This rank's part of the next `count` samples: of all, or where the rows are shared out, of its
  // own.
  std::vector<SampleRange> OwnPart(uint64_t count) const;
  // Until it is done, there is a reason to stop, or so many seconds have passed (0: no limit).
  TrainingTeam::Trained TrainPart(const std::vector<SampleRange>& part, double seconds);
  // The end of the stretch of this rank's samples that begins at `begin`. In step, a collective.
  uint64_t EndOfStretch(uint64_t begin, double seconds_left);
  // Trains on the samples of an epoch from `begin` to `end`; returns the mean loss.
  double TrainStretch(uint64_t begin, uint64_t end);
  // Of the Huber losses: as errors shrink, so does what counts as large.
  void UpdateHuberDelta(uint64_t epoch);
  void ApplyHuberDelta();
  // To the last good state, where the weights have grown beyond all bounds.
  void GoBack();
  void Score();
  // For the case that training has to begin again; costs a fiftieth of the time at most.
  void KeepForRepeat();
  void Report() const;
  struct ModelParts {
    bool state = false;
    bool importances = true;
  };
  std::shared_ptr<DeepLearningModel> MakeModel(const ModelParts& parts);
  TrainingOutcome Outcome();

  const DeepLearningParams& params_;
  TrainingData& data_;
  ThreadPool& pool_;
  const WorkContext& context_;
  const Stopwatch clock_;
  const StoredRows rows_;        // those that are here
  const SharedRows epoch_rows_;  // how many an epoch has, on each rank
  const MemoryPlan memory_;
  Net<float> net_;
  std::unique_ptr<Optimizer<float>> optimizer_;
  // One of the three.
  std::unique_ptr<HogwildTrainer> hogwild_;
  std::unique_ptr<GradientTrainer> gradients_;
  std::unique_ptr<MiniBatchTrainer<float>> mini_batch_;
  TrainingTeam team_;
  LastGoodState last_good_;
  ScoreKeeper scores_;
  KeptModel* const kept_;         // null: nothing is kept
  double next_keep_seconds_ = 0;  // of the clock
  const SampleSchedule schedule_;
  const SampleSchedule own_schedule_;  // of this rank's rows, where they are shared out
  RowOrder order_;

  // Counted since epochs were first cut as they are now, which is the beginning, or where a
  // training went on with another number of rows: after before_.
  uint64_t end_ = 0;
  uint64_t samples_ = 0;
  SamplesToDo to_do_;
  uint64_t own_samples_ = 0;  // where the rows are shared out: this rank's of them
  uint64_t seen_ = 0;         // within an iteration: about so many over all ranks by now
  TrainingProgress before_;
  uint64_t samples_at_start_ = 0;  // of this part
  double seconds_before_ = 0;      // of earlier parts
  int64_t iterations_ = 0;
  uint64_t huber_epoch_ = UINT64_MAX;  // at the beginning of which the delta was measured
  bool interrupted_ = false;
  bool out_of_time_ = false;
  std::string stop_reason_;
  double training_seconds_ = 0;
  double own_speed_ = 0;  // this rank's samples per second, of late
};

}  // namespace thalweg
