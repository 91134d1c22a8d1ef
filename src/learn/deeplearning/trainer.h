// Trains a net on a frame: iterations of mini-batches or of single rows, scoring in between, the
// best model kept.
#pragma once

#include "base/progress.h"
#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "learn/deeplearning/params.h"
#include "learn/learners.h"

namespace thalweg {

// With reproducible = true the outcome's model is the same to the bit for the same frames,
// parameters and seed; scoring then follows every iteration. On cancellation training ends after
// the current iteration and returns the model as far as it is, with `interrupted` set. Progress
// messages tell epochs, samples per second, errors and the time left. Throws FieldErrors (names the
// parameters) or UserError.
//
// `ranks`: a collective; all have the same parameters and whole frames, each trains on its part of
// an iteration's samples, and the models are averaged after each. With single_node_mode or
// reproducible, rank 0 trains alone. Only rank 0's outcome has a model.
TrainingOutcome TrainDeepLearning(const DeepLearningParams& params, const TrainingFrames& frames,
                                  ThreadPool& pool, const WorkContext& context,
                                  Communicator* ranks = nullptr);

// Whether each rank trains on rows of its own; then frames may be in parts.
bool SharesRows(const DeepLearningParams& params, const Communicator* ranks);

// What is wrong with the parameters as far as the frames' columns tell, without reading a cell.
std::vector<FieldError> CheckDeepLearning(const DeepLearningParams& params,
                                          const TrainingFrames& frames);

// The seed that stands for -1.
int64_t DrawSeed();

// The mini-batch size that stands for 0. Small data needs many updates more than it needs speed. On
// MNIST (50,000 rows to train, 10,000 to measure), 717-200-200-10 with ADADELTA had after 5 epochs
// an error of 2.33 % with batches of 8, 2.38 % with 16, 2.59 % with 32, 2.63 % with 64, 2.84 % with
// 128; speed doubles from 8 to 16 and from 16 to 32, and grows by 40 % from 32 to 64. Large nets
// gain more from larger batches, as each update moves all weights through the memory.
int64_t ChooseMiniBatchSize(size_t rows, size_t weights);

}  // namespace thalweg
