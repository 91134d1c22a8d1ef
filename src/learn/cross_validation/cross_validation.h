// Cross-validation: a model per fold, trained on the rows of the others; then the main model on all
// rows, which reports how well the rows held out were predicted.
//
// The rows of a fold's training are a frame of their own: whatever a model learns from its rows
// (means, levels, priors) it learns without those held out. A fold's model is the same to the bit
// as one trained on such a frame by hand. Folds train side by side where memory allows, and on all
// ranks, each fold on one of them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/available_memory.h"
#include "cluster/rank_workers.h"
#include "learn/cross_validation/folds.h"
#include "learn/learners.h"
#include "learn/outcome_bytes.h"

namespace thalweg {

struct CrossValidationOutcome {
  Metrics pooled;  // of all held-out predictions together
  std::vector<Metrics> of_folds;
  std::vector<double> fold_epochs;  // after which each fold's model was kept
  // Per metric: mean, sd (n - 1) and the values of the folds.
  std::shared_ptr<const Json> summary;
  // What was asked to be kept; else empty or null.
  std::vector<std::shared_ptr<const Model>> models;
  std::vector<std::shared_ptr<const TrainingOutcome>> folds;  // with the models
  std::shared_ptr<const Frame> predictions;      // as Model::Predict, row by row of the frame
  std::shared_ptr<const Frame> fold_assignment;  // one column of fold numbers from 0
  std::vector<int32_t> fold_of_row;              // with the predictions: fold numbers from 0
};

struct FoldTrainers {
  size_t parallel = 1;  // folds that train side by side on this rank
  // Ranks that train folds, too (ServeFolds); may be null.
  RankWorkers* others = nullptr;
  // Folds that are done are left here, and taken from here; may be null.
  KeptModel* kept = nullptr;
  // Trains on `frames`; fold from 0.
  std::function<TrainingOutcome(size_t fold, const TrainingFrames&, ThreadPool&,
                                const WorkContext&)>
      fold;
  // The main model, which may learn from how the folds went.
  std::function<TrainingOutcome(const std::vector<TrainingOutcome>&, const TrainingFrames&)> main;
};

// What a rank that is not rank 0 does while rank 0 trains folds: its share of them.
void ServeFolds(const Folds& folds, const TrainingFrames& frames, const FoldTrainers& trainers,
                ThreadPool& pool, const WorkContext& context, Communicator& ranks);

// `frames` without the fold column. Throws Cancelled where it is cancelled before the main model.
TrainingOutcome CrossValidate(const CrossValidationParams& params, const Folds& folds,
                              const TrainingFrames& frames, const FoldTrainers& trainers,
                              ThreadPool& pool, const WorkContext& context);

// How many folds may train side by side: as many as there are threads, as long as their frames fit
// half of the memory that is free (nothing: not known), but one at least.
size_t ParallelFolds(const Frame& frame, size_t folds, size_t threads,
                     std::optional<uint64_t> free_bytes = AvailableMemory());

}  // namespace thalweg
