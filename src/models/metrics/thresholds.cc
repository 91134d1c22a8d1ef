#include "models/metrics/thresholds.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thalweg {
namespace {

double FBeta(const ThresholdCounts& c, double beta_squared) {
  const double right = (1 + beta_squared) * c.tps;
  return right / (right + beta_squared * c.fns + c.fps);
}
double Recall(const ThresholdCounts& c) { return c.tps / (c.tps + c.fns); }
double Specificity(const ThresholdCounts& c) { return c.tns / (c.tns + c.fps); }

double AbsoluteMcc(const ThresholdCounts& c) {
  const double product = (c.tps + c.fps) * (c.tps + c.fns) * (c.tns + c.fps) * (c.tns + c.fns);
  return product == 0 ? 0 : std::abs(c.tps * c.tns - c.fps * c.fns) / std::sqrt(product);
}

constexpr std::array<Criterion, kCriteria> kAllCriteria = {{
    {"f1", [](const ThresholdCounts& c) { return FBeta(c, 1); }},
    {"f2", [](const ThresholdCounts& c) { return FBeta(c, 4); }},
    {"f0point5", [](const ThresholdCounts& c) { return FBeta(c, 0.25); }},
    {"accuracy",
     [](const ThresholdCounts& c) { return (c.tps + c.tns) / (c.tps + c.tns + c.fps + c.fns); }},
    {"precision", [](const ThresholdCounts& c) { return c.tps / (c.tps + c.fps); }},
    {"recall", Recall},
    {"specificity", Specificity},
    {"absolute_mcc", AbsoluteMcc},
    {"min_per_class_accuracy",
     [](const ThresholdCounts& c) { return std::min(Recall(c), Specificity(c)); }},
    {"mean_per_class_accuracy",
     [](const ThresholdCounts& c) { return (Recall(c) + Specificity(c)) / 2; }},
    {"tns", [](const ThresholdCounts& c) { return c.tns; }},
    {"fns", [](const ThresholdCounts& c) { return c.fns; }},
    {"fps", [](const ThresholdCounts& c) { return c.fps; }},
    {"tps", [](const ThresholdCounts& c) { return c.tps; }},
    {"tnr", Specificity},
    {"fnr", [](const ThresholdCounts& c) { return c.fns / (c.tps + c.fns); }},
    {"fpr", [](const ThresholdCounts& c) { return c.fps / (c.tns + c.fps); }},
    {"tpr", Recall},
}};

ThresholdCounts Totals(std::span<const ScoreCell> cells) {
  ThresholdCounts all;
  for (const ScoreCell& cell : cells) {
    all.fns += cell.positives;
    all.tns += cell.negatives;
  }
  return all;
}

void Include(const ScoreCell& cell, const ThresholdCounts& totals, ThresholdCounts& counts) {
  counts.threshold = cell.score;
  counts.tps += cell.positives;
  counts.fps += cell.negatives;
  // Not by subtracting again and again: no rounding remains at the end.
  counts.fns = totals.fns - counts.tps;
  counts.tns = totals.tns - counts.fps;
}

constexpr double kNowhere = -1;  // less than any criterion

// Unrolled at compile time, so that criteria share their quotients: called for every distinct
// score.
template <size_t... K>
void RaiseMaxima(const ThresholdCounts& counts, std::array<Maximum, kCriteria>& maxima,
                 std::array<ThresholdCounts, kCriteria>& at_maxima, std::index_sequence<K...>) {
  const auto raise = [&](double value, size_t k) {
    if (!(value > maxima[k].value)) return;
    maxima[k] = {.threshold = counts.threshold, .value = value};
    at_maxima[k] = counts;
  };
  (raise(kAllCriteria[K].value(counts), K), ...);
}

}  // namespace

const std::array<Criterion, kCriteria>& Criteria() { return kAllCriteria; }

ThresholdCounts CountsAt(std::span<const ScoreCell> cells, double threshold) {
  const ThresholdCounts totals = Totals(cells);
  ThresholdCounts counts = totals;
  for (const ScoreCell& cell : cells) {
    if (cell.score < threshold) break;
    Include(cell, totals, counts);
  }
  counts.threshold = threshold;
  return counts;
}

ThresholdTable MakeThresholdTable(std::span<const ScoreCell> cells, size_t most_rows) {
  ThresholdTable table;
  for (Maximum& maximum : table.maxima) maximum.value = kNowhere;
  const ThresholdCounts totals = Totals(cells);
  ThresholdCounts counts = totals;
  std::array<ThresholdCounts, kCriteria> at_maxima;
  const size_t pieces = most_rows > 2 * kCriteria ? most_rows - kCriteria : most_rows;
  const bool all = cells.size() <= most_rows;
  double next = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    Include(cells[i], totals, counts);
    RaiseMaxima(counts, table.maxima, at_maxima, std::make_index_sequence<kCriteria>());
    // A class that does not occur does not count.
    const double length = (totals.fns > 0 ? counts.tps / totals.fns : 0) +
                          (totals.tns > 0 ? counts.fps / totals.tns : 0);
    const double whole = (totals.fns > 0 ? 1 : 0) + (totals.tns > 0 ? 1 : 0);
    if (all || length >= next || i + 1 == cells.size()) {
      table.rows.push_back(counts);
      const double step = whole / static_cast<double>(pieces - 1);
      next = (std::floor(length / step) + 1) * step;
    }
  }
  const auto higher = [](const ThresholdCounts& a, const ThresholdCounts& b) {
    return a.threshold > b.threshold;
  };
  const auto same = [](const ThresholdCounts& a, const ThresholdCounts& b) {
    return a.threshold == b.threshold;
  };
  for (size_t k = 0; k < kCriteria; ++k) {
    if (table.maxima[k].value != kNowhere) table.rows.push_back(at_maxima[k]);
  }
  std::sort(table.rows.begin(), table.rows.end(), higher);
  table.rows.erase(std::unique(table.rows.begin(), table.rows.end(), same), table.rows.end());
  for (Maximum& maximum : table.maxima) {
    if (maximum.value == kNowhere) {
      maximum = {.threshold = std::nan(""), .value = std::nan("")};
      continue;
    }
    const ThresholdCounts wanted{.threshold = maximum.threshold};
    maximum.index =
        static_cast<size_t>(std::lower_bound(table.rows.begin(), table.rows.end(), wanted, higher) -
                            table.rows.begin());
  }
  return table;
}

}  // namespace thalweg
