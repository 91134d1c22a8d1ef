// Areas under the ROC and precision-recall curves for more than two classes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/metrics/auc_type.h"
#include "models/metrics/score_distribution.h"

namespace thalweg {

struct AreaPair {
  double auc = 0;
  double pr_auc = 0;  // average precision
};

// Classes are numbered as in the domain. Where a class does not occur, its areas are NaN and
// left out of the averages; all NaN where fewer than two classes occur.
struct MultinomialAuc {
  size_t classes = 0;
  std::vector<AreaPair> one_versus_rest;  // of each class
  // Of each pair first < second, in the order (0, 1), (0, 2) … (1, 2) …: the mean of both
  // directions.
  std::vector<AreaPair> one_versus_one;
  AreaPair macro_ovr;
  AreaPair weighted_ovr;
  AreaPair macro_ovo;
  AreaPair weighted_ovo;

  // NaN for none.
  AreaPair Of(AucType type) const;
};

// distributions[k]: the probability of class k over all rows, by actual class.
MultinomialAuc MakeMultinomialAuc(std::span<const ScoreDistribution> distributions);

// One line of a table of areas.
struct NamedArea {
  std::string name;                          // "b vs Rest", "Macro OVR", "b vs c", …
  std::optional<std::string> first, second;  // levels, where it is of these
  AreaPair area;
};
// Each class against the rest, the means of these, each pair, the means of these.
std::vector<NamedArea> NamedAreas(const MultinomialAuc& areas,
                                  const std::vector<std::string>& levels);

}  // namespace thalweg
