#include "models/metrics/multinomial_auc.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

using Entry = ScoreDistribution::Entry;

// Sums over the positive rows while scores descend.
struct AreaSums {
  double pairs = 0;      // of a positive row and a negative one below it
  double precision = 0;  // at the positive rows

  void Add(double positives, double positives_above, double negatives, double negatives_above,
           double all_negatives) {
    pairs += positives * (all_negatives - negatives_above - negatives / 2);
    const double right = positives_above + positives;
    precision += positives * right / (right + negatives_above + negatives);
  }
  AreaPair Areas(double positives, double negatives) const {
    if (negatives == 0) return {kNan, kNan};
    return {pairs / (positives * negatives), precision / positives};
  }
};

class WeightedMean {
 public:
  void Add(const AreaPair& areas, double weight) {
    if (std::isnan(areas.auc)) return;
    auc_ += weight * areas.auc;
    pr_auc_ += weight * areas.pr_auc;
    weight_ += weight;
  }
  AreaPair Get() const { return {auc_ / weight_, pr_auc_ / weight_}; }

 private:
  double auc_ = 0;
  double pr_auc_ = 0;
  double weight_ = 0;
};

// Areas of one class: against the rest, and against each other class.
struct ClassAreas {
  AreaPair rest;
  std::vector<AreaPair> others;
};

ClassAreas AreasOf(size_t positive, const std::vector<Entry>& entries,
                   const std::vector<double>& totals) {
  const size_t classes = totals.size();
  double rest_total = 0;
  for (size_t k = 0; k < classes; ++k) rest_total += k == positive ? 0 : totals[k];
  std::vector<double> above(classes);
  std::vector<double> here(classes);
  double rest_above = 0;
  AreaSums rest;
  std::vector<AreaSums> others(classes);
  for (size_t begin = 0; begin < entries.size();) {
    size_t end = begin;
    double rest_here = 0;
    for (; end < entries.size() && entries[end].score == entries[begin].score; ++end) {
      here[entries[end].actual] += entries[end].weight;
      if (entries[end].actual != positive) rest_here += entries[end].weight;
    }
    if (here[positive] > 0) {
      rest.Add(here[positive], above[positive], rest_here, rest_above, rest_total);
      for (size_t k = 0; k < classes; ++k) {
        others[k].Add(here[positive], above[positive], here[k], above[k], totals[k]);
      }
    }
    for (; begin < end; ++begin) {
      above[entries[begin].actual] += entries[begin].weight;
      here[entries[begin].actual] = 0;
    }
    rest_above += rest_here;
  }
  ClassAreas areas;
  areas.rest = rest.Areas(totals[positive], rest_total);
  for (size_t k = 0; k < classes; ++k) {
    areas.others.push_back(others[k].Areas(totals[positive], totals[k]));
  }
  return areas;
}

}  // namespace

AreaPair MultinomialAuc::Of(AucType type) const {
  switch (type) {
    case AucType::kMacroOvr:
      return macro_ovr;
    case AucType::kWeightedOvr:
      return weighted_ovr;
    case AucType::kMacroOvo:
      return macro_ovo;
    case AucType::kWeightedOvo:
      return weighted_ovo;
    case AucType::kAuto:
    case AucType::kNone:
      break;
  }
  return {kNan, kNan};
}

MultinomialAuc MakeMultinomialAuc(std::span<const ScoreDistribution> distributions) {
  MultinomialAuc result;
  const size_t classes = distributions.size();
  result.classes = classes;
  std::vector<double> totals(classes);
  std::vector<ClassAreas> areas;
  for (size_t k = 0; k < classes; ++k) {
    const std::vector<Entry> entries = distributions[k].Entries();
    if (k == 0) {
      for (const Entry& entry : entries) totals[entry.actual] += entry.weight;
    }
    areas.push_back(AreasOf(k, entries, totals));
  }
  const bool no_order = std::any_of(distributions.begin(), distributions.end(),
                                    [](const ScoreDistribution& d) { return d.has_nan(); });
  if (no_order) areas.assign(classes, {{kNan, kNan}, std::vector<AreaPair>(classes, {kNan, kNan})});
  WeightedMean macro_ovr;
  WeightedMean weighted_ovr;
  WeightedMean macro_ovo;
  WeightedMean weighted_ovo;
  for (size_t i = 0; i < classes; ++i) {
    result.one_versus_rest.push_back(areas[i].rest);
    macro_ovr.Add(areas[i].rest, 1);
    weighted_ovr.Add(areas[i].rest, totals[i]);
    for (size_t j = i + 1; j < classes; ++j) {
      const AreaPair& a = areas[i].others[j];
      const AreaPair& b = areas[j].others[i];
      const AreaPair mean = {(a.auc + b.auc) / 2, (a.pr_auc + b.pr_auc) / 2};
      result.one_versus_one.push_back(mean);
      macro_ovo.Add(mean, 1);
      weighted_ovo.Add(mean, totals[i] + totals[j]);
    }
  }
  result.macro_ovr = macro_ovr.Get();
  result.weighted_ovr = weighted_ovr.Get();
  result.macro_ovo = macro_ovo.Get();
  result.weighted_ovo = weighted_ovo.Get();
  return result;
}

std::vector<NamedArea> NamedAreas(const MultinomialAuc& areas,
                                  const std::vector<std::string>& levels) {
  std::vector<NamedArea> named;
  for (size_t k = 0; k < areas.classes; ++k) {
    named.push_back({levels[k] + " vs Rest", levels[k], {}, areas.one_versus_rest[k]});
  }
  named.push_back({"Macro OVR", {}, {}, areas.macro_ovr});
  named.push_back({"Weighted OVR", {}, {}, areas.weighted_ovr});
  size_t pair = 0;
  for (size_t i = 0; i < areas.classes; ++i) {
    for (size_t j = i + 1; j < areas.classes; ++j) {
      named.push_back(
          {levels[i] + " vs " + levels[j], levels[i], levels[j], areas.one_versus_one[pair++]});
    }
  }
  named.push_back({"Macro OVO", {}, {}, areas.macro_ovo});
  named.push_back({"Weighted OVO", {}, {}, areas.weighted_ovo});
  return named;
}

}  // namespace thalweg
