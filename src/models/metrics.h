// How good predictions are: what accumulators of scored rows (metrics/) come to.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/json_fwd.h"
#include "models/metrics/confusion_matrix.h"
#include "models/metrics/gains_lift.h"
#include "models/metrics/multinomial_auc.h"
#include "models/metrics/thresholds.h"

namespace thalweg {

struct BinomialTables {
  ThresholdTable thresholds;
  std::vector<GainsLiftGroup> gains_lift;  // empty where switched off
};

// Fields that do not apply are empty; NaN where they apply and are not defined (AUC with one class,
// anything without rows). Means are weighted by rows.
struct Metrics {
  int64_t rows = 0;  // scored; rows without a response or without weight do not count
  double mse = 0;  // classification: of 1 - probability of the actual class; autoencoder: of inputs
  double rmse = 0;
  // 1 - mse / that of the best constant: of the mean response, or of the classes' shares.
  std::optional<double> r2;

  // Classification.
  std::optional<double> logloss;
  std::optional<double> classification_error;
  std::optional<double> mean_per_class_error;  // over the classes that occur
  std::optional<ConfusionMatrix> confusion_matrix;
  // Two classes; of more, only with an AucType.
  std::optional<double> auc;
  std::optional<double> pr_auc;  // average precision
  // Two classes. Positive is the last level.
  std::optional<double> gini;  // 2 AUC - 1
  std::optional<double> kolmogorov_smirnov;
  std::optional<double> threshold;  // of the confusion matrix and the errors
  std::shared_ptr<const BinomialTables> binomial;
  // More than two classes.
  std::vector<double> hit_ratios;  // [k]: rows whose class is among the k + 1 most probable ones
  std::shared_ptr<const MultinomialAuc> multinomial_auc;

  // Regression.
  std::optional<double> mae;
  std::optional<double> rmsle;
  std::optional<double> mean_residual_deviance;

  // Keys: rows, mse, rmse, r2, logloss, classification_error, mean_per_class_error, AUC, pr_auc,
  // Gini, kolmogorov_smirnov, threshold, mae, rmsle, mean_residual_deviance; those that do not
  // apply are left out.
  Json NumbersToJson() const;
  // With them cm, and tables under H2O's names, each an object of columns (arrays):
  // thresholds_and_metric_scores, max_criteria_and_metric_scores, gains_lift_table,
  // hit_ratio_table, multinomial_auc_table, multinomial_aucpr_table.
  Json ToJson() const;
};

}  // namespace thalweg
