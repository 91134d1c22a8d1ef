// Frames made to fit a model that was trained on another: what H2O calls adapting.
#pragma once

#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "frame/frame.h"
#include "models/model.h"

namespace thalweg {

// Levels of one column that a model was not trained on.
struct UnknownLevels {
  std::string column;
  std::vector<std::string> levels;  // at least one
};

// Of the categorical predictors whose levels the model keeps by name.
std::vector<UnknownLevels> FindUnknownLevels(const Model& model, const Frame& frame);

// A predictor that is not there becomes a column of missing cells; numbers where the model knows
// categories are taken as the levels of these digits. Each such column, and levels that were not
// there in training, add a warning. UserError where no predictor is there at all. All chunks must
// be here.
Frame AdaptFrame(const Model& model, const Frame& frame, ThreadPool& pool,
                 std::vector<std::string>& warnings);

}  // namespace thalweg
