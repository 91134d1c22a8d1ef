// What a training came to as bytes, for the way from the rank that has trained to rank 0, and to be
// kept until all that belongs together is done.
#pragma once

#include <string>
#include <string_view>

#include "learn/learners.h"

namespace thalweg {

// With the model, cross-validation, and frames. Everything comes back as it was, to the bit.
std::string OutcomeBytes(const TrainingOutcome& outcome);
TrainingOutcome OutcomeFromBytes(std::string_view bytes);

// A fold's part of cross-validation.
struct FoldOutcome {
  TrainingOutcome training;
  Metrics held_out;
  std::shared_ptr<const Frame> predictions;  // of the rows held out
};
std::string FoldBytes(const FoldOutcome& fold);
FoldOutcome FoldFromBytes(std::string_view bytes);

}  // namespace thalweg
