#include "models/metrics/gains_lift.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace thalweg {
namespace {

constexpr std::array kAutomaticEnds = {0.01, 0.02, 0.03, 0.04, 0.05, 0.1, 0.15, 0.2,
                                       0.3,  0.4,  0.5,  0.6,  0.7,  0.8, 0.9,  1.0};

struct Sums {
  double rows = 0;
  double positives = 0;
  double scores = 0;

  void Add(const ScoreCell& cell) {
    const double weight = cell.positives + cell.negatives;
    rows += weight;
    positives += cell.positives;
    scores += weight * cell.score;
  }
  Sums operator-(const Sums& other) const {
    return {rows - other.rows, positives - other.positives, scores - other.scores};
  }
};

// Quantiles from the top, for growing shares: between the two neighbouring rows (type 7 of Hyndman,
// Fan 1996), with weights as numbers of rows.
class UpperQuantiles {
 public:
  UpperQuantiles(std::span<const ScoreCell> cells, double rows) : cells_(cells), rows_(rows) {
    seen_ = Weight(0);
  }

  double At(double share) {
    // 0-based place of a row, counted from the top.
    const double place = share * std::max(0.0, rows_ - 1);
    const double whole = std::floor(place);
    while (seen_ <= whole && cell_ + 1 < cells_.size()) seen_ += Weight(++cell_);
    const double score = cells_[cell_].score;
    const bool next_is_below = whole + 1 >= seen_ && cell_ + 1 < cells_.size();
    return next_is_below ? score + (place - whole) * (cells_[cell_ + 1].score - score) : score;
  }

 private:
  double Weight(size_t cell) const { return cells_[cell].positives + cells_[cell].negatives; }

  std::span<const ScoreCell> cells_;
  double rows_;
  size_t cell_ = 0;
  double seen_ = 0;  // rows in cells up to cell_
};

}  // namespace

std::vector<GainsLiftGroup> GainsLift(std::span<const ScoreCell> cells, int bins) {
  std::vector<double> ends;
  if (bins < 0) ends.assign(kAutomaticEnds.begin(), kAutomaticEnds.end());
  for (int i = 1; i <= bins; ++i) ends.push_back(static_cast<double>(i) / bins);
  Sums all;
  for (const ScoreCell& cell : cells) all.Add(cell);
  const double negatives = all.rows - all.positives;
  std::vector<GainsLiftGroup> groups;
  if (all.positives == 0 || negatives == 0) return groups;
  const double rate = all.positives / all.rows;
  UpperQuantiles quantiles(cells, all.rows);
  Sums before;
  Sums sums;
  size_t cell = 0;
  for (double end : ends) {
    const double threshold = end == 1 ? cells.back().score : quantiles.At(end);
    for (; cell < cells.size() && cells[cell].score >= threshold; ++cell) sums.Add(cells[cell]);
    const Sums group = sums - before;
    if (group.rows == 0) continue;
    GainsLiftGroup g;
    g.lower_threshold = threshold;
    g.cumulative_data_fraction = sums.rows / all.rows;
    g.response_rate = group.positives / group.rows;
    g.cumulative_response_rate = sums.positives / sums.rows;
    g.score = group.scores / group.rows;
    g.cumulative_score = sums.scores / sums.rows;
    g.capture_rate = group.positives / all.positives;
    g.cumulative_capture_rate = sums.positives / all.positives;
    g.lift = g.response_rate / rate;
    g.cumulative_lift = g.cumulative_response_rate / rate;
    g.kolmogorov_smirnov =
        sums.positives / all.positives - (sums.rows - sums.positives) / negatives;
    groups.push_back(g);
    before = sums;
  }
  return groups;
}

}  // namespace thalweg
