#include "learn/outcome_bytes.h"

#include "base/byte_archive.h"
#include "base/json.h"
#include "frame/frame_bytes.h"
#include "learn/cross_validation/cross_validation.h"
#include "models/model_file.h"

namespace thalweg {

// Members of the records, in namespace thalweg so that archives find them.

template <class Archive>
void VisitMembers(Archive& archive, ConfusionMatrix& matrix) {
  archive(matrix.levels, matrix.counts);
}

template <class Archive>
void VisitMembers(Archive& archive, ThresholdCounts& counts) {
  archive(counts.threshold, counts.tps, counts.fps, counts.tns, counts.fns);
}

template <class Archive>
void VisitMembers(Archive& archive, Maximum& maximum) {
  archive(maximum.threshold, maximum.value, maximum.index);
}

template <class Archive>
void VisitMembers(Archive& archive, GainsLiftGroup& group) {
  archive(group.lower_threshold, group.cumulative_data_fraction, group.response_rate,
          group.cumulative_response_rate, group.score, group.cumulative_score, group.capture_rate,
          group.cumulative_capture_rate, group.kolmogorov_smirnov, group.lift,
          group.cumulative_lift);
}

template <class Archive>
void VisitMembers(Archive& archive, BinomialTables& tables) {
  archive(tables.thresholds.rows, tables.thresholds.maxima, tables.gains_lift);
}

template <class Archive>
void VisitMembers(Archive& archive, AreaPair& pair) {
  archive(pair.auc, pair.pr_auc);
}

template <class Archive>
void VisitMembers(Archive& archive, MultinomialAuc& areas) {
  archive(areas.classes, areas.one_versus_rest, areas.one_versus_one, areas.macro_ovr,
          areas.weighted_ovr, areas.macro_ovo, areas.weighted_ovo);
}

template <class Archive>
void VisitMembers(Archive& archive, Metrics& metrics) {
  archive(metrics.rows, metrics.mse, metrics.rmse, metrics.r2, metrics.logloss,
          metrics.classification_error, metrics.mean_per_class_error, metrics.confusion_matrix,
          metrics.auc, metrics.pr_auc, metrics.gini, metrics.kolmogorov_smirnov, metrics.threshold,
          metrics.binomial, metrics.hit_ratios, metrics.multinomial_auc, metrics.mae, metrics.rmsle,
          metrics.mean_residual_deviance);
}

// What has bytes of its own; empty ones stand for null.

template <class Archive>
void VisitMembers(Archive& archive, std::shared_ptr<const Frame>& frame) {
  archive.As(
      frame, [](const auto& whole) { return whole ? FrameBytes(*whole) : std::string(); },
      [](std::string_view bytes) {
        return bytes.empty() ? nullptr : std::make_shared<const Frame>(FrameFromBytes(bytes));
      });
}

template <class Archive>
void VisitMembers(Archive& archive, std::shared_ptr<const Model>& model) {
  archive.As(
      model, [](const auto& trained) { return trained ? trained->Bytes() : std::string(); },
      [](std::string_view bytes) {
        return bytes.empty()
                   ? nullptr
                   : ReadModel(ModelFile::FromBytes(std::string(bytes), "a rank's model"));
      });
}

template <class Archive>
void VisitMembers(Archive& archive, Json& json) {
  archive.As(
      json, [](const Json& value) { return FormatJson(value); },
      [](std::string_view text) { return ParseJson(text, "a rank's outcome"); });
}

template <class Archive>
void VisitMembers(Archive& archive, TrainingOutcome& outcome);

template <class Archive>
void VisitMembers(Archive& archive, CrossValidationOutcome& folds) {
  archive(folds.pooled, folds.of_folds, folds.fold_epochs, folds.summary, folds.models, folds.folds,
          folds.predictions, folds.fold_assignment, folds.fold_of_row);
}

template <class Archive>
void VisitMembers(Archive& archive, TrainingOutcome& outcome) {
  archive(outcome.model, outcome.interrupted, outcome.out_of_time, outcome.stop_reason,
          outcome.epochs, outcome.kept_epochs, outcome.samples, outcome.seconds,
          outcome.scoring_seconds, outcome.samples_per_second, outcome.training_metrics,
          outcome.validation_metrics, outcome.cross_validation, outcome.weights, outcome.biases,
          outcome.scoring_history, outcome.parameters, outcome.memory, outcome.warnings);
}

template <class Archive>
void VisitMembers(Archive& archive, FoldOutcome& fold) {
  archive(fold.training, fold.held_out, fold.predictions);
}

std::string OutcomeBytes(const TrainingOutcome& outcome) { return Packed(outcome); }

TrainingOutcome OutcomeFromBytes(std::string_view bytes) {
  return Unpacked<TrainingOutcome>(bytes, "a training's outcome");
}

std::string FoldBytes(const FoldOutcome& fold) { return Packed(fold); }

FoldOutcome FoldFromBytes(std::string_view bytes) {
  return Unpacked<FoldOutcome>(bytes, "a fold's outcome");
}

}  // namespace thalweg
