// Which fold a row belongs to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frame/frame.h"
#include "learn/cross_validation/params.h"

namespace thalweg {

struct Folds {
  std::vector<int32_t> of_row;  // from 0
  size_t count = 0;
};

// FieldErrors where the parameters do not fit the frame. Folds by chance follow from the seed; no
// fold is empty.
Folds AssignFolds(const CrossValidationParams& params, const Frame& frame,
                  const std::string& response_column, uint64_t seed);

}  // namespace thalweg
