// What cross-validation changes of a net's parameters.
#pragma once

#include <cstdint>
#include <vector>

#include "learn/deeplearning/params.h"
#include "learn/learners.h"

namespace thalweg {

// With a seed drawn where there is none. FieldErrors on what cannot be cross-validated: a model
// that goes on, as it has seen the rows held out.
DeepLearningParams ForCrossValidation(DeepLearningParams params);
uint64_t FoldSeed(const DeepLearningParams& params);
// Whether ranks may train folds by themselves: files that a training writes are rank 0's.
bool MayShareFolds(const DeepLearningParams& params);
// Of a fold: its model is <model_id>_cv_<fold>, checkpoints go into a folder of its own, and time
// is shared out evenly to the folds and the main model.
DeepLearningParams ForFold(DeepLearningParams params, size_t fold, size_t shares);
// As in H2O the main model is kept as it is last: no rows are held out from it to choose by. Where
// folds may have stopped early (stopping_rounds, max_runtime_secs), it trains for the mean number
// of epochs after which theirs were the best, and does not stop by itself.
DeepLearningParams ForMainModel(DeepLearningParams params,
                                const std::vector<TrainingOutcome>& folds, size_t shares);

}  // namespace thalweg
