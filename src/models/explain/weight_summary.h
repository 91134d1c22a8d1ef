// What the weights of a net look like: for reports.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "models/explain/histogram.h"
#include "models/network.h"

namespace thalweg {

struct WeightSummary {
  int64_t count = 0;
  int64_t zeros = 0;
  double mean = 0;
  double rms = 0;
  double min = 0;
  double max = 0;
  Histogram histogram;  // no counts where all are equal

  Json ToJson() const;
};

// Of the elements of a matrix, without padding. Values that are not finite count in nothing but
// `count`.
WeightSummary SummarizeWeights(const Matrix<float>& weights, size_t bins = 40);

// Array of objects {name, weights, biases}, one per layer from the input on.
Json LayersToJson(const Network& network);

}  // namespace thalweg
