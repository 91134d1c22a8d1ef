// The rows of the audit, and what they look at.
#include <fmt/format.h>

#include <filesystem>

#include "base/json.h"
#include "base/text.h"
#include "cli/parameter_audit_rows_for_test.h"

namespace thalweg {
namespace {

const char* kNumber = "response_column=value ignored_columns=label,three,w,o,f ";
const char* kThree = "response_column=three ignored_columns=label,value,w,o,f ";
const char* kReproduce =
    "autoencoder=true response_column= ignored_columns=label,value,three,w,o,f activation=Tanh ";
const char* kSgd = "optimizer=sgd rate=0.05 ";
// Going on, by the clock, with a first scoring behind: intervals count at once.
const char* kGoOn =
    "checkpoint={}/start.thalweg epochs=3 reproducible=false train_samples_per_iteration=20 ";

std::string SeeInputs(const Seen& s) { return FormatJson(s.model->Summary()); }
std::string SeeSamples(const Seen& s) { return std::to_string(s.outcome.samples); }
std::string SeeEpochs(const Seen& s) { return fmt::format("{}", s.outcome.epochs); }
std::string SeeKeptEpochs(const Seen& s) { return fmt::format("{}", s.outcome.kept_epochs); }
std::string SeeStopReason(const Seen& s) { return s.outcome.stop_reason; }
std::string SeeWarnings(const Seen& s) { return Join(s.outcome.warnings, "\n"); }
std::string SeeScorings(const Seen& s) {
  return std::to_string(s.outcome.scoring_history->as_array().size());
}
std::string SeeTraining(const Seen& s) { return FormatJson(s.outcome.training_metrics.ToJson()); }
std::string SeeValidation(const Seen& s) {
  return FormatJson(s.outcome.validation_metrics->ToJson());
}
std::string SeeLayers(const Seen& s) {
  return s.outcome.scoring_history->as_array()[0].as_object().contains("layers") ? "yes" : "no";
}
// Of the snapshot: values of the metric to stop by.
std::string SeeStoppingValues(const Seen& s) {
  return FormatJson(s.model->snapshot()->progress->at("scores").at("stopping_values"));
}
// Reproducible models hold no reading of a clock.
std::string SeeClock(const Seen& s) {
  return s.model->snapshot()->progress->as_object().contains("seconds") ? "yes" : "no";
}
std::string SeeSnapshot(const Seen& s) { return s.model->snapshot() == nullptr ? "no" : "yes"; }
std::string SeeWeights(const Seen& s) { return std::to_string(s.outcome.weights.size()); }
std::string SeeProgress(const Seen& s) { return s.progress.back(); }
std::string SeeImportances(const Seen& s) {
  return std::to_string(s.outcome.model->variable_importances().size());
}
std::string SeeExport(const Seen& s) {
  return std::filesystem::exists(s.folder + "/checkpoints") ? "yes" : "no";
}
std::string SeeFolds(const Seen& s) {
  if (!s.outcome.cross_validation) return "none";
  const CrossValidationOutcome& cv = *s.outcome.cross_validation;
  return fmt::format("{} {}", FormatJson(cv.pooled.NumbersToJson()), cv.fold_epochs.size());
}
std::string SeeKeptOfFolds(const Seen& s) {
  const CrossValidationOutcome& cv = *s.outcome.cross_validation;
  return fmt::format("{} {} {}", cv.models.size(), cv.predictions != nullptr,
                     cv.fold_assignment != nullptr);
}

std::vector<AuditRow> DataRows() {
  return {
      {"response_column", "", {"value", "three"}, SeeInputs},
      {"ignored_columns", "", {"value,three,w,o,f,x"}, SeeInputs},
      {"weights_column", "", {"w"}, SeeNet},
      {"offset_column", "", {"o"}, SeeNet},
      {"balance_classes", "", {"true"}, SeeSamples},
      {"class_sampling_factors", "balance_classes=true", {"1,3", "0.5,1"}, SeeSamples},
      {"class_sampling_factors", "", {"1,3"}, nullptr, "needs balance_classes"},
      {"max_after_balance_size", "balance_classes=true", {"0.5"}, SeeSamples},
      {"max_after_balance_size", "", {"0.5"}, SeeWarnings},
      {"standardize", "", {"false"}, SeeNet},
      {"use_all_factor_levels", "", {"false"}, SeeInputs},
      {"missing_values_handling", "", {"Skip"}, SeeSamples},
      {"ignore_const_cols", "", {"false"}, SeeInputs},
      {"categorical_encoding",
       "",
       {"OneHotExplicit", "Binary", "Eigen", "LabelEncoder", "SortByResponse", "EnumLimited"},
       SeeNet},
      {"categorical_encoding", "", {"OneHotInternal"}, nullptr, nullptr, "AUTO means"},
      {"max_categorical_features", "", {"3"}, SeeInputs},
      {"sparse", "", {"true"}, SeeNet},
      {"col_major", "", {"true"}, nullptr, "results do not depend on it"},
  };
}

std::vector<AuditRow> NetRows() {
  const std::string number = kNumber, reproduce = kReproduce;
  return {
      {"activation",
       "",
       {"Tanh", "TanhWithDropout", "RectifierWithDropout", "Maxout", "MaxoutWithDropout",
        "ExpRectifier", "ExpRectifierWithDropout"},
       SeeNet},
      {"hidden", "", {"5", "6,4"}, SeeInputs},
      {"batch_norm", "", {"true"}, SeeNet},
      {"batch_norm", "mini_batch_size=1", {"true"}, nullptr, "mini_batch_size"},
      {"input_dropout_ratio", "", {"0.3"}, SeeNet},
      {"input_noise", "", {"0.3"}, SeeNet},
      {"input_noise", "sparse=true", {"0.3"}, nullptr, "sparse"},
      {"hidden_noise", "batch_norm=true", {"0.3"}, SeeNet},
      {"hidden_noise", "", {"0.3"}, nullptr, "needs batch_norm"},
      {"hidden_dropout_ratios", "activation=TanhWithDropout", {"0.1,0.2"}, SeeNet},
      {"hidden_dropout_ratios", "", {"0.1,0.2"}, nullptr, "activation with dropout"},
      {"initial_weight_distribution", "", {"Normal", "Uniform"}, SeeNet},
      {"initial_weight_scale", "initial_weight_distribution=Normal", {"0.1"}, SeeNet},
      {"initial_weight_scale", "", {"0.1"}, SeeWarnings},
      {"initial_weights", "", {"{}/weights.csv,,"}, SeeNet},
      {"initial_weights", "", {"{}/weights.csv"}, nullptr, "3 layers"},
      {"initial_biases", "", {"{}/biases.csv,,"}, SeeNet},
      {"distribution",
       number,
       {"poisson", "gamma", "tweedie", "laplace", "quantile", "huber"},
       SeeNet},
      {"distribution", number, {"bernoulli", "multinomial"}, nullptr, "categorical"},
      {"distribution", number, {"gaussian"}, nullptr, nullptr, "AUTO follows"},
      {"distribution", "", {"bernoulli"}, nullptr, nullptr, "AUTO follows"},
      {"distribution", kThree, {"multinomial"}, nullptr, nullptr, "AUTO follows"},
      {"distribution", "", {"gaussian"}, nullptr, "number"},
      {"loss", "", {"Quadratic", "Absolute", "Huber", "ModifiedHuber"}, SeeNet},
      {"loss", number, {"Absolute", "Huber", "Quantile"}, SeeNet},
      {"loss", number, {"CrossEntropy"}, nullptr, "categorical"},
      {"loss", "", {"CrossEntropy"}, nullptr, nullptr, "Automatic means"},
      {"loss", number, {"Quadratic"}, nullptr, nullptr, "Automatic means"},
      {"tweedie_power", number + "distribution=tweedie", {"1.2"}, SeeNet},
      {"tweedie_power", "", {"1.2"}, SeeWarnings},
      {"quantile_alpha", number + "distribution=quantile", {"0.2"}, SeeNet},
      {"quantile_alpha", "", {"0.2"}, SeeWarnings},
      {"huber_alpha", number + "distribution=huber", {"0.3"}, SeeNet},
      {"huber_alpha", "", {"0.3"}, SeeWarnings},
      {"autoencoder", "response_column=", {"true"}, SeeError},
      {"average_activation", reproduce + "sparsity_beta=0.5", {"0.3"}, SeeNet},
      {"average_activation", "", {"0.3"}, SeeWarnings},
      {"sparsity_beta", reproduce, {"0.5"}, SeeNet},
      {"sparsity_beta", "", {"0.5"}, SeeWarnings},
      {"pretrained_autoencoder", "activation=Tanh", {"{}/autoencoder.thalweg"}, SeeNet},
      {"pretrained_autoencoder",
       "activation=Tanh batch_norm=true",
       {"{}/autoencoder.thalweg"},
       SeeNet},
      {"pretrained_autoencoder", "", {"{}/none.thalweg"}, nullptr, "none.thalweg"},
  };
}

std::vector<AuditRow> OptimizerRows() {
  const std::string sgd = kSgd, moving = sgd + "momentum_stable=0.9 momentum_ramp=1000 ";
  return {
      {"optimizer", "l2=0.01", {"sgd", "adagrad", "rmsprop", "adam", "adamw"}, SeeNet},
      {"optimizer", "", {"adadelta"}, nullptr, nullptr, "auto means adadelta"},
      {"adaptive_rate", "", {"false"}, SeeNet},
      {"adaptive_rate", "optimizer=adadelta", {"false"}, nullptr, "adadelta"},
      {"rho", "", {"0.9"}, SeeNet},
      {"rho", "optimizer=rmsprop", {"0.9"}, SeeNet},
      {"rho", "optimizer=adam", {"0.9"}, nullptr, "optimizer is adam"},
      {"epsilon", "", {"1e-4"}, SeeNet},
      {"epsilon", "optimizer=adam", {"1e-2"}, SeeNet},
      {"beta1", "optimizer=adam", {"0.5"}, SeeNet},
      {"beta1", "", {"0.5"}, SeeWarnings},
      {"beta2", "optimizer=adam", {"0.9"}, SeeNet},
      {"beta2", "", {"0.9"}, SeeWarnings},
      {"rate", sgd, {"0.02", "0"}, SeeNet},
      {"rate", "", {"0.02"}, SeeWarnings},
      {"rate_schedule", sgd, {"constant", "linear", "cosine", "step"}, SeeNet},
      {"rate_schedule", "", {"linear", "cosine", "step"}, SeeNet},
      {"warmup", sgd, {"0.5"}, SeeNet},
      {"warmup", "", {"0.5"}, SeeNet},
      {"rate_annealing", sgd, {"0.01"}, SeeNet},
      {"rate_annealing", sgd + "rate_schedule=linear", {"0.01"}, nullptr, "inverse"},
      {"rate_annealing", "", {"0.01"}, SeeWarnings},
      {"rate_decay", sgd, {"0.5"}, SeeNet},
      {"rate_decay", "", {"0.5"}, SeeWarnings},
      {"momentum_start", moving, {"0.5"}, SeeNet},
      {"momentum_start", "", {"0.5"}, SeeWarnings},
      {"momentum_ramp", moving, {"10"}, SeeNet},
      {"momentum_ramp", sgd, {"10"}, SeeWarnings},
      {"momentum_stable", sgd, {"0.9"}, SeeNet},
      {"momentum_stable", "", {"0.9"}, SeeWarnings},
      {"nesterov_accelerated_gradient", moving, {"false"}, SeeNet},
      {"nesterov_accelerated_gradient", sgd, {"false"}, SeeWarnings},
      {"l1", "", {"0.01"}, SeeNet},
      {"l2", "", {"0.01"}, SeeNet},
      {"max_w2", "", {"0.1"}, SeeNet},
      {"gradient_clip", "", {"0.01"}, SeeNet},
      {"label_smoothing", "", {"0.2"}, SeeNet},
      {"label_smoothing", kNumber, {"0.2"}, nullptr, "CrossEntropy"},
      // With it, five ways back before training fails.
      {"recover_from_instability",
       kNumber + std::string("optimizer=sgd rate=1e30"),
       {"false"},
       SeeError},
  };
}

std::vector<AuditRow> RunRows() {
  return {
      {"epochs", "", {"3", "1.5"}, SeeSamples},
      {"mini_batch_size", "", {"1", "4"}, SeeNet},
      {"train_samples_per_iteration", "", {"20"}, SeeScorings},
      {"seed", "", {"2"}, SeeNet},
      {"reproducible", "", {"false"}, SeeClock},
      {"shuffle_training_data", "", {"false"}, SeeNet},
      {"max_runtime_secs", "", {"1e-9"}, SeeStopReason},
      {"fast_mode", "", {"false"}, nullptr, "cannot be turned off"},
      {"checkpoint", "epochs=3", {"{}/start.thalweg"}, SeeNet},
      {"checkpoint", "", {"{}/none.thalweg"}, nullptr, "none.thalweg"},
      {"export_checkpoints_dir", "", {"{}/checkpoints"}, SeeExport},
      {"replicate_training_data", "", {"false"}, nullptr, nullptr, "on one rank"},
      {"single_node_mode", "", {"true"}, nullptr, nullptr, "on one rank"},
      {"force_load_balance", "", {"false"}, nullptr, "always spread over all threads"},
      {"target_ratio_comm_to_comp", "", {"0.1"}, SeeWarnings},
      {"averaging", "mini_batch_size=32", {"gradients"}, SeeNet},
      {"averaging", "mini_batch_size=1", {"gradients"}, nullptr, "must be more than 1"},
      {"averaging", "", {"model"}, SeeWarnings},
      {"averaging_momentum", "", {"0.5"}, SeeWarnings},
      {"averaging_momentum", "", {"-0.5"}, nullptr, "is -1"},
      {"elastic_averaging", "", {"true"}, SeeWarnings},
      {"elastic_averaging",
       "averaging=gradients mini_batch_size=32",
       {"true"},
       nullptr,
       "averages models"},
      {"elastic_averaging_moving_rate", "", {"0.5"}, SeeWarnings},
      {"elastic_averaging_regularization", "", {"0.5"}, SeeWarnings},
      {"exchange_precision", "", {"bfloat16"}, SeeWarnings},
      {"exchange_precision",
       "averaging=gradients mini_batch_size=32 reproducible=true",
       {"bfloat16"},
       nullptr,
       "are exact"},
      {"model_id", "", {"audited"}, SeeInputs},
      {"model_id", "", {"a/b", ".a"}, nullptr, "file name"},
      {"export_weights_and_biases", "", {"true"}, SeeWeights},
      {"keep_training_state", "", {"false"}, SeeSnapshot},
  };
}

std::vector<AuditRow> ScoringRows() {
  const std::string number = kNumber, go_on = kGoOn;
  const std::string many = "epochs=20 classification_stop=-1 ";
  return {
      {"score_interval", go_on + "score_interval=1e6 score_duty_cycle=1", {"0"}, SeeScorings},
      {"score_duty_cycle", go_on + "score_interval=0 score_duty_cycle=1", {"0"}, SeeScorings},
      {"score_each_iteration", go_on + "score_interval=1e6", {"true"}, SeeScorings},
      {"score_training_samples", "", {"20"}, SeeTraining},
      {"score_validation_samples", "", {"12"}, SeeValidation},
      {"score_validation_sampling", "score_validation_samples=12", {"Stratified"}, SeeValidation},
      {"score_validation_sampling",
       number + "score_validation_samples=12",
       {"Stratified"},
       nullptr,
       "categorical"},
      {"classification_stop", "epochs=5", {"1"}, SeeStopReason},
      {"classification_stop", number, {"1"}, SeeWarnings},
      {"regression_stop", number, {"1e9"}, SeeStopReason},
      {"regression_stop", "", {"1e9"}, SeeWarnings},
      {"stopping_rounds", many + "stopping_tolerance=0.9", {"1", "0"}, SeeEpochs},
      {"stopping_metric",
       "",
       {"MSE", "RMSE", "r2", "AUC", "AUCPR", "lift_top_group", "misclassification",
        "mean_per_class_error"},
       SeeStoppingValues},
      {"stopping_metric",
       number + "distribution=poisson",
       {"MSE", "RMSE", "MAE", "RMSLE"},
       SeeStoppingValues},
      {"stopping_metric", "", {"deviance", "MAE", "RMSLE"}, nullptr, "is not measured"},
      {"stopping_metric", number, {"AUC"}, nullptr, "is not measured"},
      {"stopping_metric", "", {"logloss"}, nullptr, nullptr, "AUTO stops by logloss"},
      {"stopping_tolerance", many + "stopping_rounds=1", {"0.9"}, SeeEpochs},
      {"overwrite_with_best_model",
       "epochs=10 stopping_rounds=0 optimizer=sgd rate=5",
       {"false"},
       SeeKeptEpochs},
      {"quiet_mode", "", {"true"}, SeeProgress},
      {"diagnostics", "", {"false"}, SeeLayers},
      {"auc_type", kThree, {"MACRO_OVR", "WEIGHTED_OVR", "MACRO_OVO", "WEIGHTED_OVO"}, SeeTraining},
      {"auc_type", "", {"MACRO_OVR"}, SeeWarnings},
      {"auc_type", number + "nfolds=2", {"MACRO_OVR"}, SeeWarnings},
      {"auc_type", kThree, {"NONE"}, nullptr, nullptr, "AUTO and NONE"},
      {"gainslift_bins", "", {"0", "4"}, SeeTraining},
      {"gainslift_bins", "checkpoint={}/start.thalweg epochs=3", {"0", "4"}, SeeTraining},
      {"max_hit_ratio_k", kThree, {"2"}, SeeTraining},
      {"max_confusion_matrix_size", "", {"1"}, SeePrinted},
      {"custom_metric_func", "", {"python:f"}, nullptr, "no code is taken from outside"},
      {"variable_importances", "", {"false"}, SeeImportances},
      {"nfolds", "", {"2", "3"}, SeeFolds},
      {"fold_assignment", "nfolds=3", {"Modulo", "Stratified"}, SeeFolds},
      {"fold_assignment", "nfolds=3", {"Random"}, nullptr, nullptr, "also AUTO"},
      {"fold_column", "ignored_columns=value,three,w,o", {"f"}, SeeFolds},
      {"keep_cross_validation_models", "nfolds=2", {"false"}, SeeKeptOfFolds},
      {"keep_cross_validation_predictions", "nfolds=2", {"true"}, SeeKeptOfFolds},
      {"keep_cross_validation_fold_assignment", "nfolds=2", {"true"}, SeeKeptOfFolds},
  };
}

}  // namespace

std::string SeeNet(const Seen& seen) {
  std::string bytes;
  for (const AffineWeights& layer : seen.model->network().layers) {
    for (const Matrix<float>* m : {&layer.weights, &layer.biases}) {
      bytes.append(reinterpret_cast<const char*>(m->data()), m->elements().size_bytes());
    }
  }
  return bytes;
}

std::string SeeError(const Seen& seen) { return seen.error; }

std::string SeeEverything(const Seen& seen) {
  if (!seen.error.empty()) return seen.error;
  std::string all = SeeNet(seen);
  for (See see : {SeeInputs, SeeSamples, SeeEpochs, SeeKeptEpochs, SeeStopReason, SeeWarnings,
                  SeeTraining, SeeSnapshot, SeeWeights, SeeImportances, SeeExport, SeeFolds}) {
    all += see(seen) + "\n";
  }
  if (seen.outcome.validation_metrics) all += SeeValidation(seen);
  if (seen.outcome.cross_validation) all += SeeKeptOfFolds(seen);
  if (seen.model->snapshot() != nullptr) all += SeeStoppingValues(seen);
  all += seen.progress.back().empty() ? "quiet" : "";
  Json history = *seen.outcome.scoring_history;
  for (Json& entry : history.as_array()) {
    for (const char* clock : {"seconds", "samples_per_second", "scoring_share"}) {
      entry.as_object().erase(clock);
    }
  }
  return all + FormatJson(history);
}

std::string SeePrinted(const Seen& seen) {
  return seen.printed.find("confusion matrix (") == std::string::npos ? "no" : "yes";
}

std::vector<AuditRow> AuditRows() {
  std::vector<AuditRow> rows;
  for (const auto& part : {DataRows(), NetRows(), OptimizerRows(), RunRows(), ScoringRows()}) {
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

}  // namespace thalweg
