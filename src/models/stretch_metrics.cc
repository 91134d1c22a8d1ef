#include "models/stretch_metrics.h"

#include <algorithm>

namespace thalweg {
namespace {

ClassificationOptions OptionsOf(const ResponseScale& scale, const ScoringOptions& how) {
  ClassificationOptions options = scale.metrics;
  if (!how.best_threshold) options.threshold = scale.threshold;
  if (how.auc_type) options.auc_type = *how.auc_type;
  return options;
}

}  // namespace

StretchMetrics::StretchMetrics(const ResponseScale& scale, const ScoringOptions& how)
    : scale_(scale),
      no_classes_(scale.domain.size(), OptionsOf(scale, how)),
      no_values_(DevianceOf(scale.distribution)),
      classes_(no_classes_),
      values_(no_values_) {}

void StretchMetrics::Begin(size_t rows, const ActualResponses& actual) {
  actual_ = &actual;
  if (scale_.classification()) {
    class_parts_.assign(ScoreBlocks(rows), no_classes_);
  } else {
    value_parts_.assign(ScoreBlocks(rows), no_values_);
  }
}

void StretchMetrics::Add(size_t block, size_t first, ConstMatrixView<float> scores) {
  for (size_t r = 0; r < scores.rows; ++r) {
    const double weight = actual_->weights.empty() ? 1 : actual_->weights[first + r];
    if (scale_.classification()) {
      class_parts_[block].Add(actual_->classes[first + r], {scores.row(r), scores.columns}, weight);
    } else {
      value_parts_[block].Add(actual_->values[first + r], scores.row(r)[0], weight);
    }
  }
}

void StretchMetrics::AddBlocks(size_t first, ConstMatrixView<float> scores, ThreadPool& pool) {
  pool.Run(ScoreBlocks(scores.rows), [&](size_t block, size_t /*thread*/) {
    const size_t begin = block * kScoreBlock;
    const size_t end = std::min(scores.rows, begin + kScoreBlock);
    Add(first / kScoreBlock + block, first + begin, scores.Rows(begin, end));
  });
}

void StretchMetrics::End() {
  for (const ClassificationAccumulator& part : class_parts_) classes_.Merge(part);
  for (const RegressionAccumulator& part : value_parts_) values_.Merge(part);
  class_parts_.clear();
  value_parts_.clear();
}

Metrics StretchMetrics::Finish(ThreadPool& pool) const {
  return scale_.classification() ? classes_.Finish(scale_.domain, &pool) : values_.Finish();
}

}  // namespace thalweg
