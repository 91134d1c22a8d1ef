// How good predicted probabilities are. Accumulated block by block: accumulators of blocks that
// were scored in parallel are merged in block order, so that results do not depend on the number of
// threads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "models/metrics.h"
#include "models/metrics/auc_type.h"
#include "models/metrics/confusion_matrix.h"
#include "models/metrics/score_distribution.h"

namespace thalweg {

struct ClassificationOptions {
  // Two classes: rows of at least this probability of the last one count as predicted so. Empty:
  // the threshold of the largest F1 on these rows (1/2 where a class does not occur).
  std::optional<double> threshold = std::nullopt;
  int gains_lift_bins = -1;  // see gains_lift.h
  // More than two classes.
  AucType auc_type = AucType::kAuto;
  size_t hit_ratio_k = 10;  // hit ratios up to so many classes; 0: none
};

// Keys: auc_type, gainslift_bins, max_hit_ratio_k; all but the threshold.
Json ToJson(const ClassificationOptions& options);
// std::exception where it is something else.
ClassificationOptions ClassificationOptionsFromJson(const Json& value);

// Two classes: predicted by a threshold. More: the class of the largest probability, the first of
// equals. A row of weight 2 is the same as the row twice, one of weight 0 as none (sums of weights
// that are not whole are rounded).
class ClassificationAccumulator {
 public:
  explicit ClassificationAccumulator(size_t levels, const ClassificationOptions& options = {});

  // `actual` is a code of the domain, or negative (missing, or not in the domain): such a row does
  // not count. One probability per level.
  void Add(int64_t actual, std::span<const float> probabilities, double weight = 1);
  void Merge(const ClassificationAccumulator& other);
  // The domain's levels. The same with a pool as without.
  Metrics Finish(const std::vector<std::string>& levels, ThreadPool* pool = nullptr) const;

 private:
  bool binomial() const { return class_weights_.size() == 2; }
  void FinishBinomial(const std::vector<std::string>& levels, ThreadPool* pool,
                      Metrics& metrics) const;
  void FinishMultinomial(const std::vector<std::string>& levels, Metrics& metrics) const;

  ClassificationOptions options_;
  int64_t rows_ = 0;
  double squares_ = 0;
  double logs_ = 0;
  std::vector<double> class_weights_;
  // Of the last class of two; of each of more with an AUC; none.
  std::vector<ScoreDistribution> scores_;
  // More than two classes.
  LabelCounts labels_;
  std::vector<double> ranks_;  // [k]: rows whose class has the k-th largest probability, from 0
};

}  // namespace thalweg
