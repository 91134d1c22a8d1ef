// Tables of metrics as JSON: objects of columns of equal length, under H2O's names of columns.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "models/metrics/gains_lift.h"
#include "models/metrics/multinomial_auc.h"
#include "models/metrics/thresholds.h"

namespace thalweg {

// threshold, one column per criterion, idx. Its columns fpr and tpr are the points of the ROC
// curve, after (0, 0).
Json ThresholdsToJson(const ThresholdTable& table);
// metric ("max f1" …), threshold, value, idx (a row of the table of thresholds).
Json MaximaToJson(const ThresholdTable& table);
Json GainsLiftToJson(std::span<const GainsLiftGroup> groups);
// k (from 1), hit_ratio.
Json HitRatiosToJson(std::span<const double> ratios);

enum class Area { kRoc, kPrecisionRecall };
// type, first_class_domain, second_class_domain, and auc or auc_pr: each class against the rest,
// both means of these, each pair, both means.
Json AucTableToJson(const MultinomialAuc& areas, const std::vector<std::string>& levels, Area area);

}  // namespace thalweg
