// How good predicted numbers are. Accumulated and merged as in classification_accumulator.h.
#pragma once

#include <cstdint>
#include <functional>

#include "models/metrics.h"

namespace thalweg {

// What a row adds to the residual deviance; of the distribution that the model assumes.
using Deviance = std::function<double(double actual, double predicted)>;

class RegressionAccumulator {
 public:
  // Empty: the gaussian one, the squared error.
  explicit RegressionAccumulator(Deviance deviance = nullptr) : deviance_(std::move(deviance)) {}

  // A NaN response does not count, nor does a row without weight.
  void Add(double actual, double predicted, double weight = 1);
  void Merge(const RegressionAccumulator& other);
  // rmsle is NaN where a response or a prediction is below -1.
  Metrics Finish() const;

 private:
  Deviance deviance_;
  int64_t rows_ = 0;
  double weight_ = 0;
  double squares_ = 0;
  double absolutes_ = 0;
  double log_squares_ = 0;
  double deviances_ = 0;
  // Mean and sum of squared deviations of the response (Chan et al. 1983).
  double mean_ = 0;
  double variations_ = 0;
};

}  // namespace thalweg
