// Weights and biases to start from, given as frames (models/weight_frames.h has their shape).
#pragma once

#include "learn/deeplearning/net.h"
#include "learn/learners.h"

namespace thalweg {

// Sets the weights and biases of the layers for which there are frames; the others stay as they
// are. UserError where frames do not fit the net.
void SetInitialWeights(const TrainingFrames& frames, Net<float>& net);

}  // namespace thalweg
