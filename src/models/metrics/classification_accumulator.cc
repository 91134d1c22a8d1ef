#include "models/metrics/classification_accumulator.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "base/json.h"
#include "models/metrics/gains_lift.h"
#include "models/metrics/multinomial_auc.h"
#include "models/metrics/roc.h"
#include "models/metrics/thresholds.h"

namespace thalweg {
namespace {

// Keeps the logarithm of a probability finite, as H2O does.
constexpr double kSmallestProbability = 1e-15;

// So many cells for the distributions of all classes together, and at least so many for each.
constexpr size_t kCellsOfAll = size_t{1} << 21;
constexpr size_t kFewestCells = size_t{1} << 14;

size_t CellsOfEach(size_t classes) {
  return std::clamp(kCellsOfAll / std::max<size_t>(classes, 1), kFewestCells,
                    ScoreDistribution::kCapacity);
}

// Of a constant prediction of the classes' shares, which R2 compares with; p (1 - p) for two.
double MseOfShares(std::span<const double> weights, double total) {
  double mse = 0;
  for (double weight : weights) {
    const double share = weight / total;
    mse += share * (1 - share) * (1 - share);
  }
  return mse;
}

}  // namespace

Json ToJson(const ClassificationOptions& options) {
  return JsonObject{{"auc_type", kEnumNames<AucType>[static_cast<size_t>(options.auc_type)]},
                    {"gainslift_bins", options.gains_lift_bins},
                    {"max_hit_ratio_k", options.hit_ratio_k}};
}

ClassificationOptions ClassificationOptionsFromJson(const Json& value) {
  const auto name = boost::json::value_to<std::string>(value.at("auc_type"));
  const auto& names = kEnumNames<AucType>;
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw std::out_of_range("unknown auc_type " + name);
  ClassificationOptions options;
  options.auc_type = static_cast<AucType>(found - names.begin());
  options.gains_lift_bins = value.at("gainslift_bins").to_number<int>();
  options.hit_ratio_k = value.at("max_hit_ratio_k").to_number<size_t>();
  return options;
}

ClassificationAccumulator::ClassificationAccumulator(size_t levels,
                                                     const ClassificationOptions& options)
    : options_(options), class_weights_(levels), labels_(levels) {
  if (binomial()) {
    scores_.assign(1, ScoreDistribution(2));
    return;
  }
  if (options.auc_type != AucType::kAuto && options.auc_type != AucType::kNone) {
    scores_.assign(levels, ScoreDistribution(levels, CellsOfEach(levels)));
  }
  ranks_.resize(std::min(options.hit_ratio_k, levels));
}

void ClassificationAccumulator::Add(int64_t actual, std::span<const float> probabilities,
                                    double weight) {
  if (actual < 0 || static_cast<size_t>(actual) >= class_weights_.size() || !(weight > 0)) return;
  const auto label = static_cast<size_t>(actual);
  const double p = probabilities[label];
  ++rows_;
  squares_ += weight * ((1 - p) * (1 - p));
  logs_ -= weight * std::log(std::max(p, kSmallestProbability));
  class_weights_[label] += weight;
  if (binomial()) {
    scores_[0].Add(probabilities[1], label, weight);
    return;
  }
  for (size_t k = 0; k < scores_.size(); ++k) scores_[k].Add(probabilities[k], label, weight);
  const auto best = static_cast<size_t>(
      std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin());
  labels_.Add(label, best, weight);
  if (ranks_.empty()) return;
  size_t rank = 0;
  for (size_t k = 0; k < probabilities.size(); ++k) {
    rank += probabilities[k] > probabilities[label] ||
            (k < label && probabilities[k] == probabilities[label]);
  }
  if (rank < ranks_.size()) ranks_[rank] += weight;
}

void ClassificationAccumulator::Merge(const ClassificationAccumulator& other) {
  rows_ += other.rows_;
  squares_ += other.squares_;
  logs_ += other.logs_;
  for (size_t k = 0; k < class_weights_.size(); ++k) class_weights_[k] += other.class_weights_[k];
  for (size_t k = 0; k < scores_.size(); ++k) scores_[k].Merge(other.scores_[k]);
  for (size_t k = 0; k < ranks_.size(); ++k) ranks_[k] += other.ranks_[k];
  labels_.Merge(other.labels_);
}

Metrics ClassificationAccumulator::Finish(const std::vector<std::string>& levels,
                                          ThreadPool* pool) const {
  Metrics metrics;
  const double total = std::accumulate(class_weights_.begin(), class_weights_.end(), 0.0);
  metrics.rows = rows_;
  metrics.mse = squares_ / total;
  metrics.rmse = std::sqrt(metrics.mse);
  metrics.logloss = logs_ / total;
  metrics.r2 = 1 - metrics.mse / MseOfShares(class_weights_, total);
  if (binomial()) {
    FinishBinomial(levels, pool, metrics);
  } else {
    FinishMultinomial(levels, metrics);
  }
  const ConfusionMatrix& matrix = *metrics.confusion_matrix;
  // Without rows, and where probabilities are NaN, nothing can be said of labels.
  const bool unknown = rows_ == 0 || std::isnan(logs_);
  metrics.classification_error = unknown ? std::nan("") : matrix.Error();
  metrics.mean_per_class_error = unknown ? std::nan("") : matrix.MeanPerClassError();
  return metrics;
}

void ClassificationAccumulator::FinishBinomial(const std::vector<std::string>& levels,
                                               ThreadPool* pool, Metrics& metrics) const {
  const std::vector<ScoreCell> cells = scores_[0].Cells(pool);
  const bool ordered = !scores_[0].has_nan();
  auto tables = std::make_shared<BinomialTables>();
  const auto areas = [&] {
    metrics.auc = ordered ? Auc(cells) : std::nan("");
    metrics.pr_auc = ordered ? AveragePrecision(cells) : std::nan("");
    metrics.gini = 2 * *metrics.auc - 1;
    metrics.kolmogorov_smirnov = ordered ? KolmogorovSmirnov(cells) : std::nan("");
    if (ordered) tables->gains_lift = GainsLift(cells, options_.gains_lift_bins);
  };
  const auto thresholds = [&] {
    if (ordered) tables->thresholds = MakeThresholdTable(cells);
  };
  if (pool == nullptr) {
    areas();
    thresholds();
  } else {
    pool->Run(2, [&](size_t task, size_t /*thread*/) { task == 0 ? thresholds() : areas(); });
  }
  const bool both = class_weights_[0] > 0 && class_weights_[1] > 0;
  const double of_max_f1 = both && ordered ? tables->thresholds.max_f1().threshold : 0.5;
  metrics.threshold = options_.threshold.value_or(of_max_f1);
  const ThresholdCounts at = CountsAt(cells, *metrics.threshold);
  metrics.confusion_matrix = ConfusionMatrix{levels, {at.tns, at.fps, at.fns, at.tps}};
  metrics.binomial = std::move(tables);
}

void ClassificationAccumulator::FinishMultinomial(const std::vector<std::string>& levels,
                                                  Metrics& metrics) const {
  metrics.confusion_matrix = labels_.Finish(levels);
  const double total = std::accumulate(class_weights_.begin(), class_weights_.end(), 0.0);
  double hits = 0;
  for (double rank : ranks_) {
    hits += rank;
    metrics.hit_ratios.push_back(hits / total);
  }
  if (scores_.empty()) return;
  auto areas = std::make_shared<MultinomialAuc>(MakeMultinomialAuc(scores_));
  metrics.auc = areas->Of(options_.auc_type).auc;
  metrics.pr_auc = areas->Of(options_.auc_type).pr_auc;
  metrics.multinomial_auc = std::move(areas);
}

}  // namespace thalweg
