// Trains a net on a frame: iterations of mini-batches or of single rows, scoring in between, the
// best model kept.
#pragma once

#include "base/progress.h"
#include "base/thread_pool.h"
#include "learn/deeplearning/params.h"
#include "learn/learners.h"

namespace thalweg {

// With reproducible = true the outcome's model is the same to the bit for the same frames,
// parameters and seed; scoring then follows every iteration. On cancellation training ends after
// the current iteration and returns the model as far as it is, with `interrupted` set. Progress
// messages tell epochs, samples per second, errors and the time left. Throws FieldErrors (names the
// parameters) or UserError.
TrainingOutcome TrainDeepLearning(const DeepLearningParams& params, const TrainingFrames& frames,
                                  ThreadPool& pool, const WorkContext& context);

// The mini-batch size that stands for 0.
int64_t ChooseMiniBatchSize(int64_t rows);

}  // namespace thalweg
