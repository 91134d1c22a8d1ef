// What the metrics of a model show.
#pragma once

#include <cstdint>
#include <string>

#include "base/fields.h"
#include "models/metrics/auc_type.h"

namespace thalweg {

struct MetricsParams {
  AucType auc_type = AucType::kAuto;
  int64_t gainslift_bins = -1;
  int64_t max_hit_ratio_k = 0;
  int64_t max_confusion_matrix_size = 20;
  std::string custom_metric_func;
};

template <>
inline constexpr auto kFields<MetricsParams> = std::tuple{
    Field<&MetricsParams::auc_type>(
        {.name = "auc_type",
         .help = "AUC of more than two classes: of each against the rest (OVR) or of each pair "
                 "(OVO), as plain mean or weighted by rows. AUTO and NONE: none.",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&MetricsParams::gainslift_bins>(
        {.name = "gainslift_bins",
         .help = "Groups of rows in the gains/lift table; 0: no table, -1: 16 that end at 1, 2, "
                 "3, 4, 5, 10, 15, 20, 30 to 100 % of the rows.",
         .level = ParamLevel::kSecondary,
         .min = -1,
         .max = 10000}),
    Field<&MetricsParams::max_hit_ratio_k>(
        {.name = "max_hit_ratio_k",
         .help = "Hit ratios of more than two classes: how often the right one is among the k "
                 "most probable, up to this k; 0 means 10.",
         .level = ParamLevel::kExpert,
         .min = 0,
         .max = 1 << 20}),
    Field<&MetricsParams::max_confusion_matrix_size>(
        {.name = "max_confusion_matrix_size",
         .help = "Most classes of a confusion matrix that is printed; reports always have it.",
         .level = ParamLevel::kSecondary,
         .min = 0,
         .max = 1 << 20}),
    Field<&MetricsParams::custom_metric_func>(
        {.name = "custom_metric_func",
         .help = "Not supported: no code is taken from outside.",
         .level = ParamLevel::kSecondary}),
};

}  // namespace thalweg
