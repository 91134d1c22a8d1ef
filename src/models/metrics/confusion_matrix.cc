#include "models/metrics/confusion_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/json.h"

namespace thalweg {

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

double ConfusionMatrix::MeanPerClassError() const {
  double errors = 0;
  int present = 0;
  for (size_t i = 0; i < levels.size(); ++i) {
    if (Total(i) == 0) continue;
    errors += Error(i);
    ++present;
  }
  return errors / present;
}

void LabelCounts::Add(size_t actual, size_t predicted, double weight) {
  const size_t cell = actual * levels_ + predicted;
  if (!counts_.empty()) {
    counts_[cell] += weight;
    return;
  }
  few_.emplace_back(cell, weight);
  if (few_.size() < levels_ * levels_) return;
  counts_.resize(levels_ * levels_);
  for (const auto& [place, value] : few_) counts_[place] += value;
  few_ = {};
}

void LabelCounts::Merge(const LabelCounts& other) {
  for (const auto& [cell, weight] : other.few_) Add(cell / levels_, cell % levels_, weight);
  for (size_t cell = 0; cell < other.counts_.size(); ++cell) {
    if (other.counts_[cell] != 0) Add(cell / levels_, cell % levels_, other.counts_[cell]);
  }
}

ConfusionMatrix LabelCounts::Finish(const std::vector<std::string>& levels) const {
  ConfusionMatrix matrix{levels, counts_};
  matrix.counts.resize(levels_ * levels_);
  for (const auto& [cell, weight] : few_) matrix.counts[cell] += weight;
  return matrix;
}

}  // namespace thalweg
