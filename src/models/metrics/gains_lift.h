// Gains and lift: rows in groups by descending score, and how many positives each group catches.
#pragma once

#include <span>
#include <vector>

#include "models/metrics/score_distribution.h"

namespace thalweg {

// Shares are of weights of rows.
struct GainsLiftGroup {
  double lower_threshold = 0;           // the quantile of scores at which the group ends
  double cumulative_data_fraction = 0;  // of rows, in this group and those above
  double response_rate = 0;             // share of positives in the group
  double cumulative_response_rate = 0;
  double score = 0;  // mean of the group
  double cumulative_score = 0;
  double capture_rate = 0;  // share of all positives that are in the group
  double cumulative_capture_rate = 0;
  double kolmogorov_smirnov = 0;  // tpr - fpr at the end of the group
  // The response rate over that of all rows.
  double lift = 0;
  double cumulative_lift = 0;
  // By how many percent more: 100 (lift - 1).
  double gain() const { return 100 * (lift - 1); }
  double cumulative_gain() const { return 100 * (cumulative_lift - 1); }
};

// bins > 0: so many groups of about equal size; < 0: 16 groups that end at 1, 2, 3, 4, 5, 10, 15,
// 20, 30 … 100 % of the rows; 0: none. Rows of one score are never parted, so that a group may be
// larger, and the next one may be empty: then it is left out. None, too, where a class does not
// occur. Cells by descending score.
std::vector<GainsLiftGroup> GainsLift(std::span<const ScoreCell> cells, int bins);

}  // namespace thalweg
