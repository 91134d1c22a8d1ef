#include "models/metrics/roc.h"

#include <algorithm>
#include <cmath>

namespace thalweg {
namespace {

struct Weights {
  double positives = 0;
  double negatives = 0;
};

Weights Totals(std::span<const ScoreCell> cells) {
  Weights all;
  for (const ScoreCell& cell : cells) {
    all.positives += cell.positives;
    all.negatives += cell.negatives;
  }
  return all;
}

}  // namespace

double Auc(std::span<const ScoreCell> cells) {
  Weights all;
  double pairs = 0;
  for (const ScoreCell& cell : cells) {
    pairs += cell.negatives * (all.positives + cell.positives / 2);
    all.positives += cell.positives;
    all.negatives += cell.negatives;
  }
  return pairs / (all.positives * all.negatives);
}

double AveragePrecision(std::span<const ScoreCell> cells) {
  const Weights all = Totals(cells);
  if (all.negatives == 0) return std::nan("");
  Weights above;
  double sum = 0;
  for (const ScoreCell& cell : cells) {
    above.positives += cell.positives;
    above.negatives += cell.negatives;
    if (cell.positives > 0) {
      sum += cell.positives * above.positives / (above.positives + above.negatives);
    }
  }
  return sum / all.positives;
}

double KolmogorovSmirnov(std::span<const ScoreCell> cells) {
  const Weights all = Totals(cells);
  Weights above;
  double largest = 0;
  for (const ScoreCell& cell : cells) {
    above.positives += cell.positives;
    above.negatives += cell.negatives;
    largest = std::max(largest,
                       std::abs(above.positives / all.positives - above.negatives / all.negatives));
  }
  return all.positives > 0 && all.negatives > 0 ? largest : std::nan("");
}

}  // namespace thalweg
