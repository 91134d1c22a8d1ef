#include "models/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/json.h"

namespace thalweg {
namespace {

// Keeps the logarithm of a probability finite, as H2O does.
constexpr double kSmallestProbability = 1e-15;

}  // namespace

double ConfusionMatrix::Total(size_t actual) const {
  double total = 0;
  for (size_t j = 0; j < levels.size(); ++j) total += at(actual, j);
  return total;
}

double ConfusionMatrix::Error(size_t actual) const {
  const double total = Total(actual);
  return total == 0 ? 0 : 1 - at(actual, actual) / total;
}

double ConfusionMatrix::Error() const {
  double total = 0;
  double right = 0;
  for (size_t i = 0; i < levels.size(); ++i) {
    total += Total(i);
    right += at(i, i);
  }
  return total == 0 ? 0 : 1 - right / total;
}

std::string ConfusionMatrix::ToText() const {
  size_t width = 6;
  for (const std::string& level : levels) width = std::max(width, level.size() + 1);
  for (double count : counts) width = std::max(width, fmt::format("{}", count).size() + 1);
  std::string text = fmt::format("{:>{}}", "actual", width);
  for (const std::string& level : levels) text += fmt::format("{:>{}}", level, width);
  text += fmt::format("{:>9}   {}\n", "error", "rate");
  double wrong = 0;
  double rows = 0;
  for (size_t i = 0; i < levels.size(); ++i) {
    text += fmt::format("{:>{}}", levels[i], width);
    for (size_t j = 0; j < levels.size(); ++j) text += fmt::format("{:>{}}", at(i, j), width);
    const double total = Total(i);
    text += fmt::format("{:9.4f}   {} / {}\n", Error(i), total - at(i, i), total);
    wrong += total - at(i, i);
    rows += total;
  }
  text += fmt::format("{:>{}}", "all", width);
  for (size_t j = 0; j < levels.size(); ++j) {
    double predicted = 0;
    for (size_t i = 0; i < levels.size(); ++i) predicted += at(i, j);
    text += fmt::format("{:>{}}", predicted, width);
  }
  return text + fmt::format("{:9.4f}   {} / {}\n", Error(), wrong, rows);
}

Json ConfusionMatrix::ToJson() const {
  JsonArray table;
  for (size_t i = 0; i < levels.size(); ++i) {
    JsonArray row;
    for (size_t j = 0; j < levels.size(); ++j) row.push_back(JsonNumber(at(i, j)));
    table.push_back(std::move(row));
  }
  JsonArray errors;
  for (size_t i = 0; i < levels.size(); ++i) errors.push_back(JsonNumber(Error(i)));
  return JsonObject{
      {"levels", boost::json::value_from(levels)}, {"counts", table}, {"errors", errors}};
}

Json Metrics::ToJson() const {
  JsonObject object{{"rows", rows}, {"mse", JsonNumber(mse)}, {"rmse", JsonNumber(rmse)}};
  auto add = [&](const char* key, const std::optional<double>& value) {
    if (value) object[key] = JsonNumber(*value);
  };
  add("logloss", logloss);
  add("classification_error", classification_error);
  add("mean_per_class_error", mean_per_class_error);
  add("mae", mae);
  add("mean_residual_deviance", mean_residual_deviance);
  add("r2", r2);
  if (confusion_matrix) object["cm"] = confusion_matrix->ToJson();
  return object;
}

ClassificationAccumulator::ClassificationAccumulator(size_t levels)
    : levels_(levels), counts_(levels * levels) {}

void ClassificationAccumulator::Add(int64_t actual, std::span<const float> probabilities) {
  if (actual < 0 || static_cast<size_t>(actual) >= levels_) return;
  const auto row = static_cast<size_t>(actual);
  const auto best = static_cast<size_t>(
      std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin());
  const double p = probabilities[row];
  ++rows_;
  squares_ += (1 - p) * (1 - p);
  logs_ -= std::log(std::max(p, kSmallestProbability));
  counts_[row * levels_ + best] += 1;
}

void ClassificationAccumulator::Merge(const ClassificationAccumulator& other) {
  rows_ += other.rows_;
  squares_ += other.squares_;
  logs_ += other.logs_;
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

Metrics ClassificationAccumulator::Finish(const std::vector<std::string>& levels) const {
  Metrics metrics;
  const auto rows = static_cast<double>(rows_);
  metrics.rows = rows_;
  metrics.mse = squares_ / rows;
  metrics.rmse = std::sqrt(metrics.mse);
  metrics.logloss = logs_ / rows;
  ConfusionMatrix matrix{levels, counts_};
  double errors = 0;
  int present = 0;
  for (size_t i = 0; i < levels_; ++i) {
    if (matrix.Total(i) == 0) continue;
    errors += matrix.Error(i);
    ++present;
  }
  metrics.classification_error = rows_ == 0 ? std::nan("") : matrix.Error();
  metrics.mean_per_class_error = errors / present;
  metrics.confusion_matrix = std::move(matrix);
  return metrics;
}

void RegressionAccumulator::Add(double actual, double predicted) {
  if (std::isnan(actual)) return;
  const double error = actual - predicted;
  ++rows_;
  squares_ += error * error;
  absolutes_ += std::abs(error);
  const double delta = actual - mean_;
  mean_ += delta / static_cast<double>(rows_);
  deviations_ += delta * (actual - mean_);
}

void RegressionAccumulator::Merge(const RegressionAccumulator& other) {
  if (other.rows_ == 0) return;
  const auto mine = static_cast<double>(rows_);
  const auto theirs = static_cast<double>(other.rows_);
  const double delta = other.mean_ - mean_;
  mean_ += delta * theirs / (mine + theirs);
  deviations_ += other.deviations_ + delta * delta * mine * theirs / (mine + theirs);
  rows_ += other.rows_;
  squares_ += other.squares_;
  absolutes_ += other.absolutes_;
}

Metrics RegressionAccumulator::Finish() const {
  Metrics metrics;
  const auto rows = static_cast<double>(rows_);
  metrics.rows = rows_;
  metrics.mse = squares_ / rows;
  metrics.rmse = std::sqrt(metrics.mse);
  metrics.mae = absolutes_ / rows;
  metrics.mean_residual_deviance = metrics.mse;
  metrics.r2 = 1 - squares_ / deviations_;
  return metrics;
}

}  // namespace thalweg
