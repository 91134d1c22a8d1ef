// From parameters to the options of the parts.
#pragma once

#include <string>
#include <vector>

#include "cluster/communicator.h"
#include "learn/deeplearning/batch_step.h"
#include "learn/deeplearning/memory_plan.h"
#include "learn/deeplearning/params.h"
#include "learn/deeplearning/training_data.h"

namespace thalweg {

// Throws FieldErrors on parameters that do not fit together.
void CheckParams(const DeepLearningParams& params, const TrainingData& data);
// The part of it that asks for no more than the kind of response; appends to `errors`.
void CheckParams(const DeepLearningParams& params, bool classification,
                 std::vector<FieldError>& errors);
// Parameters that were set but have no effect beside the others, one sentence each.
std::vector<std::string> ParamsWithoutEffect(const DeepLearningParams& params,
                                             const TrainingData& data, int ranks);
NetOptions NetOptionsOf(const DeepLearningParams& params, const TrainingData& data);
// Whether batches are shared out, so that ranks exchange gradients (null: one rank, which sums them
// alike where the training is to be reproducible).
bool ExchangesGradients(const DeepLearningParams& params, const Communicator* ranks);
// Whether ranks keep their own weights, and are drawn to their average.
bool AveragesElastically(const DeepLearningParams& params, const Communicator* ranks);
// With what -1 stands for.
double AveragingMomentum(const DeepLearningParams& params, const Communicator* ranks);
MemoryNeeds MemoryNeedsOf(const DeepLearningParams& params, const Communicator* ranks,
                          size_t threads);
StepOptions StepOptionsOf(const DeepLearningParams& params, uint64_t seed);

}  // namespace thalweg
