#include "models/explain/link_scores.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "models/explain/column_changes.h"
#include "models/explain/partial_dependence.h"

namespace thalweg {
namespace {

double LogProbability(double p) { return std::log(std::clamp(p, 1e-15, 1 - 1e-15)); }

}  // namespace

std::vector<double> LinkScores(const Model& model, const Frame& frame, const std::string& target,
                               ThreadPool& pool) {
  const Frame predictions = model.Predict(frame, pool);
  const std::string name = TargetOf(predictions, target);
  std::vector<double> scores = CellsOf(predictions, predictions.IndexOf(name));
  const auto* net = dynamic_cast<const DeepLearningModel*>(&model);
  if (predictions.column(0).type() != ColumnType::kCategorical) {
    if (net != nullptr && net->scale().distribution.HasLogLink()) {
      for (double& score : scores) score = std::log(score);
    }
    return scores;
  }
  if (net != nullptr && net->scale().modified_huber) {
    for (double& score : scores) score = 2 * score - 1;
    return scores;
  }
  const size_t classes = predictions.column(0).domain()->size();
  std::vector<double> means(scores.size());
  for (size_t c = 1; c <= classes; ++c) {
    const std::vector<double> cells = CellsOf(predictions, c);
    for (size_t i = 0; i < cells.size(); ++i) {
      means[i] += LogProbability(cells[i]) / static_cast<double>(classes);
    }
  }
  // Of two classes, the log-odds is twice the centred log-ratio.
  const double factor = classes == 2 ? 2 : 1;
  for (size_t i = 0; i < scores.size(); ++i) {
    scores[i] = factor * (LogProbability(scores[i]) - means[i]);
  }
  return scores;
}

Network LinkNetwork(const DeepLearningModel& model, const std::string& target) {
  Network network = model.network();
  const ResponseScale& scale = model.scale();
  std::vector<double> mix = {scale.scale};
  double shift = scale.mean;
  if (!scale.classification() && !target.empty() && target != "predict") {
    throw UserError("target: the model predicts numbers, not classes");
  }
  if (scale.classification()) {
    const size_t classes = scale.domain.size();
    const std::string name = TargetLevel(scale.domain, target);
    const auto k = static_cast<size_t>(std::find(scale.domain.begin(), scale.domain.end(), name) -
                                       scale.domain.begin());
    const double factor = classes == 2 ? 2 : 1;
    mix.assign(classes, -factor / static_cast<double>(classes));
    mix[k] += factor;
    shift = 0;
    for (size_t c = 0; c < scale.class_factors.size(); ++c) {
      shift += mix[c] * std::log(std::max(scale.class_factors[c], 1e-15));
    }
    if (scale.modified_huber) {
      mix = {k == 1 ? 1.0 : -1.0};
      shift = 0;
    }
  }
  AffineWeights& last = network.layers.back();
  const AffineWeights all = last;
  last = {Matrix<float>(all.weights.rows(), 1), Matrix<float>(1, 1)};
  const auto combine = [&](const float* row) {
    double sum = 0;
    for (size_t c = 0; c < mix.size(); ++c) sum += mix[c] * row[c];
    return sum;
  };
  for (size_t r = 0; r < all.weights.rows(); ++r) {
    last.weights(r, 0) = static_cast<float>(combine(all.weights.row(r)));
  }
  last.biases(0, 0) = static_cast<float>(combine(all.biases.row(0)) + shift);
  return network;
}

}  // namespace thalweg
