// Weights and biases to start from, given as frames (models/weight_frames.h has their shape).
#pragma once

#include "learn/deeplearning/net.h"
#include "learn/deeplearning/params/net_params.h"
#include "learn/learners.h"

namespace thalweg {

// Sets the weights and biases of the layers for which `params` name frames; the others stay as they
// are. FieldErrors or UserError where there is no such frame, or frames do not fit the net.
void SetInitialWeights(const NetParams& params, const TrainingFrames& frames, Net<float>& net);

}  // namespace thalweg
