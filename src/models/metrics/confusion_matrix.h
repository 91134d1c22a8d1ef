// How often rows of each class were taken for which one.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
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
  // Over the classes that occur.
  double MeanPerClassError() const;
  // For a terminal: one line per class with its error, and the whole.
  std::string ToText() const;
  // Keys: levels, counts (an array of rows), errors.
  Json ToJson() const;
};

// Counts in the making: few rows of many classes take little memory.
class LabelCounts {
 public:
  explicit LabelCounts(size_t levels) : levels_(levels) {}

  void Add(size_t actual, size_t predicted, double weight);
  void Merge(const LabelCounts& other);
  ConfusionMatrix Finish(const std::vector<std::string>& levels) const;

 private:
  size_t levels_;
  std::vector<std::pair<size_t, double>> few_;  // cells and weights, while counts_ is empty
  std::vector<double> counts_;
};

}  // namespace thalweg
