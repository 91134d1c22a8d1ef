#include "models/metrics.h"

#include "base/json.h"
#include "models/metrics/tables.h"

namespace thalweg {

Json Metrics::NumbersToJson() const {
  JsonObject object{{"rows", rows}, {"mse", JsonNumber(mse)}, {"rmse", JsonNumber(rmse)}};
  const auto add = [&](const char* key, const std::optional<double>& value) {
    if (value) object[key] = JsonNumber(*value);
  };
  add("logloss", logloss);
  add("classification_error", classification_error);
  add("mean_per_class_error", mean_per_class_error);
  add("AUC", auc);
  add("pr_auc", pr_auc);
  add("Gini", gini);
  add("kolmogorov_smirnov", kolmogorov_smirnov);
  add("threshold", threshold);
  add("mae", mae);
  add("rmsle", rmsle);
  add("mean_residual_deviance", mean_residual_deviance);
  add("r2", r2);
  return object;
}

Json Metrics::ToJson() const {
  Json json = NumbersToJson();
  JsonObject& object = json.as_object();
  if (confusion_matrix) object["cm"] = confusion_matrix->ToJson();
  if (binomial) {
    object["thresholds_and_metric_scores"] = ThresholdsToJson(binomial->thresholds);
    object["max_criteria_and_metric_scores"] = MaximaToJson(binomial->thresholds);
    if (!binomial->gains_lift.empty()) {
      object["gains_lift_table"] = GainsLiftToJson(binomial->gains_lift);
    }
  }
  if (!hit_ratios.empty()) object["hit_ratio_table"] = HitRatiosToJson(hit_ratios);
  if (multinomial_auc) {
    const std::vector<std::string>& levels = confusion_matrix->levels;
    object["multinomial_auc_table"] = AucTableToJson(*multinomial_auc, levels, Area::kRoc);
    object["multinomial_aucpr_table"] =
        AucTableToJson(*multinomial_auc, levels, Area::kPrecisionRecall);
  }
  return json;
}

}  // namespace thalweg
