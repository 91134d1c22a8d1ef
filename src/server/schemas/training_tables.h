// Tables of what went on in a training, as the clients print and plot them.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"
#include "learn/cross_validation/cross_validation.h"
#include "learn/learners.h"
#include "server/schemas/metrics.h"

namespace thalweg {

// "Scoring History": one row per scoring, before them a row of the beginning. Errors after nothing
// is trained are not measured ("NaN").
Json ScoringHistoryToWire(const TrainingOutcome& outcome, ModelCategory category, int64_t start_ms);

// "Status of Neuron Layers". Null for models that are no nets.
Json LayersToWire(const TrainingOutcome& outcome, ModelCategory category);

// "Variable Importances"; null where there are none.
Json ImportancesToWire(const Model& model);

// "Cross-Validation Metrics Summary": a row per metric; mean, sd, and a column per fold.
Json FoldSummaryToWire(const std::vector<Metrics>& folds, ModelCategory category);

}  // namespace thalweg
