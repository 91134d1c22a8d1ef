// Predictions on the scale where effects add up.
//
//   regression   the prediction, for nets with a log link its logarithm
//   two classes  the logarithm of the odds of the second, or of `target`
//   more         the logarithm of the probability of class `target`, minus its mean over all
//                classes (the centred log-ratio of Aitchison 1982); the inverse of softmax
//
// Nets of modified Huber loss: their score (twice the probability of the second class, less 1,
// where within -1 and 1), before probabilities are brought back to the shares of the classes.
// Offsets are left out: they count as 0, and the frame need not have them.
#pragma once

#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "models/deeplearning_model.h"
#include "models/model.h"

namespace thalweg {

// One per row. `target` as in TargetOf. Out of predictions: probabilities are limited to 1e-15.
std::vector<double> LinkScores(const Model& model, const Frame& frame, const std::string& target,
                               ThreadPool& pool);

// The net of a model with one output: the same on the link scale, without the loss of digits where
// probabilities come close to 0 or 1. UserError where there is no such target, and for
// autoencoders.
Network LinkNetwork(const DeepLearningModel& model, const std::string& target);

}  // namespace thalweg
