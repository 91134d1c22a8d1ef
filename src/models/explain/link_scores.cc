#include "models/explain/link_scores.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "models/explain/column_changes.h"
#include "models/explain/partial_dependence.h"

namespace thalweg {
namespace {

double LogProbability(double p) { return std::log(std::clamp(p, 1e-15, 1 - 1e-15)); }

// Predictions as if all offsets were 0.
Frame PredictWithoutOffset(const Model& model, const DeepLearningModel* net, const Frame& frame,
                           ThreadPool& pool) {
  if (net == nullptr || net->scale().offset_column.empty()) return model.Predict(frame, pool);
  const std::string& name = net->scale().offset_column;
  ColumnPtr zeros = ConstantColumn(frame.layout(), 0, nullptr);
  const auto position = frame.Find(name);
  return model.Predict(position ? frame.WithReplaced(*position, std::move(zeros))
                                : frame.WithColumn(name, std::move(zeros)),
                       pool);
}

// The score of the modified Huber loss for class k of two; class factors are taken back.
double HuberScore(const ResponseScale& scale, size_t k, double probability) {
  if (scale.class_factors.size() == 2) {
    const double own = probability * scale.class_factors[1 - k];
    const double other = (1 - probability) * scale.class_factors[k];
    probability = own / (own + other);
  }
  return 2 * probability - 1;
}

}  // namespace

std::vector<double> LinkScores(const Model& model, const Frame& frame, const std::string& target,
                               ThreadPool& pool) {
  const auto* net = dynamic_cast<const DeepLearningModel*>(&model);
  const Frame predictions = PredictWithoutOffset(model, net, frame, pool);
  const size_t column = predictions.IndexOf(TargetOf(predictions, target));
  std::vector<double> scores = CellsOf(predictions, column);
  if (predictions.column(0).type() != ColumnType::kCategorical) {
    if (net != nullptr && net->scale().distribution.HasLogLink()) {
      for (double& score : scores) score = std::log(score);
    }
    return scores;
  }
  if (net != nullptr && net->scale().modified_huber) {
    for (double& score : scores) score = HuberScore(net->scale(), column - 1, score);
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
  if (scale.autoencoder()) {
    throw UserError(
        "the model is an autoencoder: it predicts no single number whose causes could be shown; "
        "thalweg predict --reconstruction_error true --per_feature true tells by which columns a "
        "row stands out");
  }
  const bool log_link = scale.distribution.HasLogLink();
  std::vector<double> mix = {log_link ? 1 : scale.scale};
  double shift = log_link ? 0 : scale.mean;
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
