// Where the Huber loss begins to count errors linearly.
#pragma once

#include "base/thread_pool.h"
#include "learn/deeplearning/training_data.h"

namespace thalweg {

// The quantile huber_alpha of the absolute errors of at most 10,000 training
// rows, evenly spread: of values in units of the response, of probabilities, or
// of an autoencoder's inputs (weights of rows do not count there). A collective where
// the rows are shared out.
double HuberDelta(const Network& network, const TrainingData& data, double huber_alpha,
                  ThreadPool& pool);

}  // namespace thalweg
