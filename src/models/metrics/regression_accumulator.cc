#include "models/metrics/regression_accumulator.h"

#include <cmath>

namespace thalweg {

void RegressionAccumulator::Add(double actual, double predicted, double weight) {
  if (std::isnan(actual) || !(weight > 0)) return;
  const double error = actual - predicted;
  ++rows_;
  weight_ += weight;
  squares_ += weight * (error * error);
  absolutes_ += weight * std::abs(error);
  if (!std::isnan(log_squares_)) {
    const double log_error = std::log1p(actual) - std::log1p(predicted);
    log_squares_ += weight * (log_error * log_error);
  }
  if (deviance_) deviances_ += weight * deviance_(actual, predicted);
  const double delta = actual - mean_;
  mean_ += delta * (weight / weight_);
  variations_ += weight * (delta * (actual - mean_));
}

void RegressionAccumulator::Merge(const RegressionAccumulator& other) {
  if (other.rows_ == 0) return;
  const double delta = other.mean_ - mean_;
  const double share = other.weight_ / (weight_ + other.weight_);
  mean_ += delta * share;
  variations_ += other.variations_ + delta * delta * weight_ * share;
  rows_ += other.rows_;
  weight_ += other.weight_;
  squares_ += other.squares_;
  absolutes_ += other.absolutes_;
  log_squares_ += other.log_squares_;
  deviances_ += other.deviances_;
}

Metrics RegressionAccumulator::Finish() const {
  Metrics metrics;
  metrics.rows = rows_;
  metrics.mse = squares_ / weight_;
  metrics.rmse = std::sqrt(metrics.mse);
  metrics.mae = absolutes_ / weight_;
  metrics.rmsle = std::sqrt(log_squares_ / weight_);
  metrics.mean_residual_deviance = deviance_ ? deviances_ / weight_ : metrics.mse;
  metrics.r2 = 1 - squares_ / variations_;
  return metrics;
}

}  // namespace thalweg
