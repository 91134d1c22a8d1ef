// What a training said of its model, for those who compare models.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace thalweg {

// Thread rule: any thread may call any member at any time.
class TrainingReport {
 public:
  virtual ~TrainingReport() = default;
  // Metrics on the rows of "train", "valid" or "xval", by the names auc, aucpr, logloss,
  // mean_per_class_error, rmse, mse, mae, rmsle, mean_residual_deviance; empty where nothing was
  // measured on such rows.
  virtual std::map<std::string, double> MetricsOn(std::string_view rows) const = 0;
  virtual double TrainingMs() const = 0;
  virtual std::string AlgoName() const = 0;  // "DeepLearning"
};

}  // namespace thalweg
