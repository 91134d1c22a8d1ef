// How training is spread over ranks and threads. What is not there yet is refused
// (trainer_options.cc).
#pragma once

#include <array>

#include "base/fields.h"

namespace thalweg {

enum class Averaging { kAuto, kModel, kGradients };
template <>
inline constexpr auto kEnumNames<Averaging> = std::array{"auto", "model", "gradients"};

enum class ExchangePrecision { kFloat32, kBfloat16 };
template <>
inline constexpr auto kEnumNames<ExchangePrecision> = std::array{"float32", "bfloat16"};

struct RankParams {
  bool replicate_training_data = true;
  bool single_node_mode = false;
  bool force_load_balance = true;
  double target_ratio_comm_to_comp = 0.05;
  Averaging averaging = Averaging::kAuto;
  double averaging_momentum = -1;
  bool elastic_averaging = false;
  double elastic_averaging_moving_rate = 0.9;
  double elastic_averaging_regularization = 0.001;
  ExchangePrecision exchange_precision = ExchangePrecision::kFloat32;
};

template <>
inline constexpr auto kFields<RankParams> = std::tuple{
    Field<&RankParams::replicate_training_data>(
        {.name = "replicate_training_data",
         .help = "Every rank has all training rows; false: each has a part of them and trains on "
                 "those alone, which takes less memory; on one rank both are the same.",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&RankParams::single_node_mode>(
        {.name = "single_node_mode",
         .help = "Train on one rank only, though there are several; on one rank both values are "
                 "the same.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&RankParams::force_load_balance>(
        {.name = "force_load_balance",
         .help = "Spread small data so that all threads work; rows are always spread so, and false "
                 "is refused.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&RankParams::target_ratio_comm_to_comp>(
        {.name = "target_ratio_comm_to_comp",
         .help = "Time that ranks should spend on communication, as a ratio to that for "
                 "computation; without effect on one rank, which says so.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .min_exclusive = true}),
    Field<&RankParams::averaging>(
        {.name = "averaging",
         .help = "What ranks bring together: their models after each iteration (model), or the "
                 "gradients of each batch (gradients: mini_batch_size rows over all ranks; with "
                 "reproducible the same model for every number of ranks).",
         .level = ParamLevel::kExpert}),
    Field<&RankParams::averaging_momentum>(
        {.name = "averaging_momentum",
         .help =
             "With averaging=model: the part of each averaging's movement that the next one adds "
             "again, so that several ranks learn from as many samples what one learns (Chen, "
             "Huo 2016); -1 means 1 - 1 / ranks, 0 plain averages as in H2O.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = -1,
         .max = 1,
         .max_exclusive = true}),
    Field<&RankParams::elastic_averaging>(
        {.name = "elastic_averaging",
         .help = "Ranks keep their own weights and are drawn towards their moving average, which "
                 "is the model, instead of being set to their mean (Zhang, Choromanska, LeCun "
                 "2015).",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&RankParams::elastic_averaging_moving_rate>(
        {.name = "elastic_averaging_moving_rate",
         .help = "With elastic_averaging: share of the ranks' mean in the new average; the rest is "
                 "the average before.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .max = 1}),
    Field<&RankParams::elastic_averaging_regularization>(
        {.name = "elastic_averaging_regularization",
         .help = "With elastic_averaging: how strongly ranks are drawn to the average. So many "
                 "times its distance from there is added to the gradient of each weight.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0}),
    Field<&RankParams::exchange_precision>(
        {.name = "exchange_precision",
         .help = "How numbers travel between ranks: as they are (float32), or rounded to half of "
                 "the bytes (bfloat16), weights then as their movement since the last time.",
         .level = ParamLevel::kExpert}),
};

}  // namespace thalweg
