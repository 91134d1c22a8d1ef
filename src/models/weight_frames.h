// The weights of a net as frames, shaped as H2O's: one frame of weights per layer, with a row for
// each of the layer's units and a column for each of its inputs, and one of biases, with a row for
// each unit.
#pragma once

#include <string>
#include <vector>

#include "frame/frame.h"
#include "models/deeplearning_model.h"

namespace thalweg {

// `layer` counts from 0, the first hidden layer. Columns of the first layer are named by the
// inputs, in the order in which they are encoded; those of the others C1, C2, … Inputs are those
// of the net, that is, standardized ones.
Frame WeightsFrame(const DeepLearningModel& model, size_t layer);
// One column, C1.
Frame BiasesFrame(const DeepLearningModel& model, size_t layer);

// The way back: inputs x outputs, or 1 x outputs. UserError, beginning with `what`, where the
// frame has another shape than asked for, or cells that are not finite numbers.
Matrix<float> WeightsFromFrame(const Frame& frame, size_t inputs, size_t outputs,
                               const std::string& what);
Matrix<float> BiasesFromFrame(const Frame& frame, size_t outputs, const std::string& what);

}  // namespace thalweg
