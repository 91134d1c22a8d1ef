// How much worse a model gets when the cells of one column are shuffled (Breiman 2001; Fisher,
// Rudin, Dominici 2019).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "models/explain/variable_importance.h"
#include "models/model.h"

namespace thalweg {

struct PermutationOptions {
  // A name of Metrics::ToJson, in any case; AUTO: logloss for classification, rmse for regression,
  // mse where there is neither.
  std::string metric = "AUTO";
  int64_t repeats = 1;
  uint64_t seed = 0;
  std::vector<std::string> columns = {};  // empty: all predictors
};

struct PermutationImportance {
  std::string metric;
  double baseline = 0;  // on the frame as it is
  // Relative: the mean over the repeats of how much worse the metric became.
  std::vector<VariableImportance> table;
  // Per row of the table: each repeat.
  std::vector<std::vector<double>> repeats;

  // Keys: metric, baseline, table (as ImportancesToJson, each row with an array `repeats`).
  Json ToJson() const;
};

// The frame has the response. The same result for every number of threads. UserError where the
// metric is unknown or the frame does not fit the model.
PermutationImportance ComputePermutationImportance(const Model& model, const Frame& frame,
                                                   const PermutationOptions& options,
                                                   ThreadPool& pool,
                                                   const WorkContext& context = {});

// Whether more of a metric (a key of Metrics::ToJson) is better.
bool LargerIsBetter(const std::string& metric);

}  // namespace thalweg
