// How good models and predictions are.
#pragma once

#include <string>
#include <vector>

#include "server/endpoint.h"

namespace thalweg {

struct MetricsRequest {
  std::string model;
  std::string frame;
  std::string auc_type;
  std::string auuc_type;
  int64_t auuc_nbins = -1;
  std::vector<double> custom_auuc_thresholds;
  std::string custom_metric_func;
};
template <>
inline constexpr auto kFields<MetricsRequest> = std::tuple{
    Field<&MetricsRequest::model>({.name = "model", .help = "Name of the model."}),
    Field<&MetricsRequest::frame>({.name = "frame", .help = "Name of the frame of rows."}),
    Field<&MetricsRequest::auc_type>(
        {.name = "auc_type", .help = "Area that stands for more than two classes."}),
    Field<&MetricsRequest::auuc_type>(
        {.name = "auuc_type", .help = "Has no effect: of uplift models."}),
    Field<&MetricsRequest::auuc_nbins>(
        {.name = "auuc_nbins", .help = "Has no effect: of uplift models."}),
    Field<&MetricsRequest::custom_auuc_thresholds>(
        {.name = "custom_auuc_thresholds", .help = "Has no effect: of uplift models."}),
    Field<&MetricsRequest::custom_metric_func>(
        {.name = "custom_metric_func", .help = "Not supported: no code is taken from outside."}),
};

struct MakeMetricsRequest {
  std::string predictions_frame;
  std::string actuals_frame;
  std::string weights_frame;
  std::string treatment_frame;
  std::vector<std::string> domain;
  std::string distribution;
  std::string auc_type;
  std::string auuc_type;
  int64_t auuc_nbins = -1;
  std::vector<double> custom_auuc_thresholds;
};
template <>
inline constexpr auto kFields<MakeMetricsRequest> = std::tuple{
    Field<&MakeMetricsRequest::predictions_frame>(
        {.name = "predictions_frame", .help = "Name of the frame of predictions."}),
    Field<&MakeMetricsRequest::actuals_frame>(
        {.name = "actuals_frame", .help = "Name of the frame of what really was."}),
    Field<&MakeMetricsRequest::weights_frame>(
        {.name = "weights_frame", .help = "Name of a frame of one column of weights."}),
    Field<&MakeMetricsRequest::treatment_frame>(
        {.name = "treatment_frame", .help = "Not supported: of uplift models."}),
    Field<&MakeMetricsRequest::domain>(
        {.name = "domain", .help = "Levels, in the order of the probabilities."}),
    Field<&MakeMetricsRequest::distribution>(
        {.name = "distribution", .help = "Whose deviance is measured."}),
    Field<&MakeMetricsRequest::auc_type>(
        {.name = "auc_type", .help = "Area that stands for more than two classes."}),
    Field<&MakeMetricsRequest::auuc_type>(
        {.name = "auuc_type", .help = "Has no effect: of uplift models."}),
    Field<&MakeMetricsRequest::auuc_nbins>(
        {.name = "auuc_nbins", .help = "Has no effect: of uplift models."}),
    Field<&MakeMetricsRequest::custom_auuc_thresholds>(
        {.name = "custom_auuc_thresholds", .help = "Has no effect: of uplift models."}),
};

// Scores a frame.
Json ScoreFrame(const MetricsRequest& request, Call& call);
// Of all models, of one, of one frame: those of their trainings.
Json ListMetrics(const MetricsRequest& request, Call& call);
Json MakeMetrics(const MakeMetricsRequest& request, Call& call);

}  // namespace thalweg
