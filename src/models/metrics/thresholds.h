// What becomes of the labels of two classes when rows of at least a threshold's score count as
// positive.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "models/metrics/score_distribution.h"

namespace thalweg {

// Sums of weights at one threshold.
struct ThresholdCounts {
  double threshold = 0;
  double tps = 0;  // positives with a score of at least the threshold
  double fps = 0;
  double tns = 0;
  double fns = 0;
};

struct Criterion {
  std::string_view name;
  // NaN where it is not defined, such as recall without positives.
  double (*value)(const ThresholdCounts& counts);
};

// f1, f2, f0point5, accuracy, precision, recall, specificity, absolute_mcc, min_per_class_accuracy,
// mean_per_class_accuracy, tns, fns, fps, tps, tnr, fnr, fpr, tpr: in the order of H2O's tables.
inline constexpr size_t kCriteria = 18;
const std::array<Criterion, kCriteria>& Criteria();

// The largest value of a criterion over all thresholds, the highest threshold of equals.
struct Maximum {
  double threshold = 0;
  double value = 0;
  size_t index = 0;  // in the table of thresholds
};

// Rows of a ROC curve, by descending threshold, with the maxima among them.
struct ThresholdTable {
  std::vector<ThresholdCounts> rows;
  std::array<Maximum, kCriteria> maxima;  // NaN where a criterion is nowhere defined

  const Maximum& max_f1() const { return maxima[0]; }
};

// Every distinct score where there are at most `most_rows`; else those that cut the ROC curve into
// pieces of equal length (in tpr + fpr), and each of the maxima, which are those over all scores.
// Cells by descending score.
ThresholdTable MakeThresholdTable(std::span<const ScoreCell> cells, size_t most_rows = 400);

// Counts at any threshold, exact where the distribution is.
ThresholdCounts CountsAt(std::span<const ScoreCell> cells, double threshold);

}  // namespace thalweg
