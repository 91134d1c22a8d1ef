// The state of a net in training, layer by layer.
#pragma once

#include "base/json_fwd.h"
#include "learn/deeplearning/net.h"

namespace thalweg {

// An array of one object per layer with weights, from the first hidden one to the outputs: layer
// (from 1), units, mean_weight, weight_rms, mean_bias, bias_rms, mean_rate, rate_rms (of the
// weights; null where the optimizer has none).
Json DiagnoseLayers(Net<float>& net, const Optimizer<float>& optimizer);

}  // namespace thalweg
