// How good predictions are. Accumulated block by block: accumulators of blocks that were scored in
// parallel are merged in block order, so that results do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json_fwd.h"

namespace thalweg {

// counts[actual * levels + predicted], weighted by rows.
struct ConfusionMatrix {
  std::vector<std::string> levels;
  std::vector<double> counts;

  double at(size_t actual, size_t predicted) const {
    return counts[actual * levels.size() + predicted];
  }
  double Total(size_t actual) const;
  // Share of the rows of this class that were predicted as another; 0 where there are none.
  double Error(size_t actual) const;
  double Error() const;
  // For a terminal: one line per class with its error, and the whole.
  std::string ToText() const;
  Json ToJson() const;
};

// Fields that do not apply are empty.
struct Metrics {
  int64_t rows = 0;  // scored; rows without a response do not count
  double mse = 0;    // classification: of 1 - probability of the actual class
  double rmse = 0;
  // Classification.
  std::optional<double> logloss;
  std::optional<double> classification_error;
  std::optional<double> mean_per_class_error;  // over the classes that occur
  std::optional<ConfusionMatrix> confusion_matrix;
  // Regression.
  std::optional<double> mae;
  std::optional<double> mean_residual_deviance;
  std::optional<double> r2;

  // Keys: rows, mse, rmse, logloss, classification_error, mean_per_class_error, cm, mae,
  // mean_residual_deviance, r2; those that do not apply are left out.
  Json ToJson() const;
};

// Predicted class = the one of largest probability, the first of equals.
class ClassificationAccumulator {
 public:
  explicit ClassificationAccumulator(size_t levels);

  // `actual` is a code of the domain, or negative (missing, or not in the domain): such a row does
  // not count. One probability per level.
  void Add(int64_t actual, std::span<const float> probabilities);
  void Merge(const ClassificationAccumulator& other);
  Metrics Finish(const std::vector<std::string>& levels) const;

 private:
  size_t levels_;
  int64_t rows_ = 0;
  double squares_ = 0;
  double logs_ = 0;
  std::vector<double> counts_;
};

class RegressionAccumulator {
 public:
  // A NaN response does not count.
  void Add(double actual, double predicted);
  void Merge(const RegressionAccumulator& other);
  Metrics Finish() const;

 private:
  int64_t rows_ = 0;
  double squares_ = 0;
  double absolutes_ = 0;
  // Mean and sum of squared deviations of the response (Chan et al. 1983).
  double mean_ = 0;
  double deviations_ = 0;
};

}  // namespace thalweg
