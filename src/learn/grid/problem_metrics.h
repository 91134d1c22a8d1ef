// Which metrics a training will measure, known before it.
#pragma once

#include "base/params.h"
#include "frame/frame.h"
#include "learn/stopping_metric.h"

namespace thalweg {

enum class ProblemKind { kBinomial, kMultinomial, kRegression, kAutoencoder };

// Follows from the parameters `response_column` and `autoencoder` of any learner, and from the
// type of the response. FieldErrors where there is no such column.
ProblemKind ProblemOf(const ParamSchema& schema, const void* params, const Frame& training);

// The metric, AUTO replaced by the one that it stands for. FieldErrors that name `field` where it
// is not measured in such a problem.
const MetricByName& MeasuredMetric(const char* field, StoppingMetric metric, ProblemKind problem,
                                   const ParamSchema& schema, const void* params);

}  // namespace thalweg
