// Predictions of a model on a frame, as a job (version 4) or at once (version 3), and metrics.
#pragma once

#include <string>
#include <vector>

#include "server/endpoint.h"

namespace thalweg {

struct PredictRequest {
  std::string model;
  std::string frame;
  std::string predictions_frame;
  std::string deviances_frame;
  bool reconstruction_error = false;
  bool reconstruction_error_per_feature = false;
  int64_t deep_features_hidden_layer = -1;
  std::string deep_features_hidden_layer_name;
  bool reconstruct_train = false;
  bool project_archetypes = false;
  bool reverse_transform = false;
  bool leaf_node_assignment = false;
  std::string leaf_node_assignment_type;
  bool predict_staged_proba = false;
  bool predict_contributions = false;
  std::string predict_contributions_output_format;
  int64_t top_n = 0;
  int64_t bottom_n = 0;
  bool compare_abs = false;
  std::string background_frame;
  bool output_space = false;
  bool output_per_reference = false;
  bool feature_frequencies = false;
  int64_t exemplar_index = -1;
  bool deviances = false;
  std::string custom_metric_func;
  std::string auc_type;
};
template <>
inline constexpr auto kFields<PredictRequest> = std::tuple{
    Field<&PredictRequest::model>({.name = "model", .help = "Name of the model."}),
    Field<&PredictRequest::frame>({.name = "frame", .help = "Name of the frame of rows."}),
    Field<&PredictRequest::predictions_frame>(
        {.name = "predictions_frame", .help = "Name of the frame of predictions."}),
    Field<&PredictRequest::deviances_frame>(
        {.name = "deviances_frame", .help = "Not supported: name of a frame of deviances."}),
    Field<&PredictRequest::reconstruction_error>(
        {.name = "reconstruction_error",
         .help = "Autoencoders: how far each row is from its reconstruction."}),
    Field<&PredictRequest::reconstruction_error_per_feature>(
        {.name = "reconstruction_error_per_feature", .help = "The same, input by input."}),
    Field<&PredictRequest::deep_features_hidden_layer>(
        {.name = "deep_features_hidden_layer",
         .help = "Nets: the outputs of this hidden layer, counted from 0."}),
    Field<&PredictRequest::deep_features_hidden_layer_name>(
        {.name = "deep_features_hidden_layer_name",
         .help = "Not supported: layers have no names here."}),
    Field<&PredictRequest::reconstruct_train>(
        {.name = "reconstruct_train", .help = "Not supported: of low-rank models."}),
    Field<&PredictRequest::project_archetypes>(
        {.name = "project_archetypes", .help = "Not supported: of low-rank models."}),
    Field<&PredictRequest::reverse_transform>(
        {.name = "reverse_transform", .help = "Not supported: of low-rank models."}),
    Field<&PredictRequest::leaf_node_assignment>(
        {.name = "leaf_node_assignment", .help = "Not supported: of trees."}),
    Field<&PredictRequest::leaf_node_assignment_type>(
        {.name = "leaf_node_assignment_type", .help = "Has no effect: of trees."}),
    Field<&PredictRequest::predict_staged_proba>(
        {.name = "predict_staged_proba", .help = "Not supported: of trees."}),
    Field<&PredictRequest::predict_contributions>(
        {.name = "predict_contributions",
         .help = "What each predictor adds to a prediction (Shapley values), and BiasTerm."}),
    Field<&PredictRequest::predict_contributions_output_format>(
        {.name = "predict_contributions_output_format",
         .help = "Has no effect: there is a column for each predictor either way."}),
    Field<&PredictRequest::top_n>({.name = "top_n", .help = "Not supported: of contributions."}),
    Field<&PredictRequest::bottom_n>(
        {.name = "bottom_n", .help = "Not supported: of contributions."}),
    Field<&PredictRequest::compare_abs>(
        {.name = "compare_abs", .help = "Has no effect: of contributions."}),
    Field<&PredictRequest::background_frame>(
        {.name = "background_frame", .help = "Of contributions: rows to compare with."}),
    Field<&PredictRequest::output_space>(
        {.name = "output_space",
         .help = "Contributions scaled so that they add up to the prediction itself, not to that "
                 "before the link."}),
    Field<&PredictRequest::output_per_reference>(
        {.name = "output_per_reference",
         .help = "Not supported: contributions for each row of the background."}),
    Field<&PredictRequest::feature_frequencies>(
        {.name = "feature_frequencies", .help = "Not supported: of trees."}),
    Field<&PredictRequest::exemplar_index>(
        {.name = "exemplar_index", .help = "Not supported: of aggregators."}),
    Field<&PredictRequest::deviances>(
        {.name = "deviances", .help = "Not supported: the deviance of each row."}),
    Field<&PredictRequest::custom_metric_func>(
        {.name = "custom_metric_func", .help = "Not supported: no code is taken from outside."}),
    Field<&PredictRequest::auc_type>(
        {.name = "auc_type", .help = "Area that stands for more than two classes."}),
};

// A JobV3.
Json StartPrediction(const PredictRequest& request, Call& call);
// ModelMetricsListSchemaV3 with the predictions' name.
Json PredictNow(const PredictRequest& request, Call& call);

}  // namespace thalweg
