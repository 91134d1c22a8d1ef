// How a grid is searched, and what is asked of a grid beside: declared, for the command line, REST
// and the reference page.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>

#include "base/fields.h"
#include "learn/stopping_metric.h"

namespace thalweg {

enum class SearchStrategy { kCartesian, kRandomDiscrete, kSequential };
template <>
inline constexpr auto kEnumNames<SearchStrategy> =
    std::array{"Cartesian", "RandomDiscrete", "Sequential"};

// H2O's search_criteria.
struct SearchCriteria {
  SearchStrategy strategy = SearchStrategy::kCartesian;
  int64_t max_models = 0;
  double max_runtime_secs = 0;
  int64_t seed = -1;
  int64_t stopping_rounds = 0;
  StoppingMetric stopping_metric = StoppingMetric::kAuto;
  double stopping_tolerance = 1e-3;
  bool early_stopping = true;
};

template <>
inline constexpr auto kFields<SearchCriteria> = std::tuple{
    Field<&SearchCriteria::strategy>(
        {.name = "strategy",
         .help = "Every combination in turn, the first parameter fastest (Cartesian), or "
                 "combinations by chance, none of them twice (RandomDiscrete), or the first values "
                 "of all "
                 "parameters, then their second ones, and so on (Sequential)."}),
    Field<&SearchCriteria::max_models>(
        {.name = "max_models",
         .help = "Stop after so many models; those that fail do not count. 0 means no limit.",
         .min = 0}),
    Field<&SearchCriteria::max_runtime_secs>(
        {.name = "max_runtime_secs",
         .help = "Stop after so many seconds; a model in training gets what is left of them as its "
                 "own limit. 0 means no limit.",
         .min = 0}),
    Field<&SearchCriteria::seed>(
        {.name = "seed",
         .help = "Seed of the order of a random search. Where the models' seed is not given, model "
                 "n has this plus n. -1 draws one, and reports it.",
         .level = ParamLevel::kSecondary,
         .min = -1}),
    Field<&SearchCriteria::stopping_rounds>(
        {.name = "stopping_rounds",
         .help = "Stop when the best model so far, averaged over so many models, has not become "
                 "better over as many; 0 is off.",
         .level = ParamLevel::kSecondary,
         .min = 0,
         .max = 1 << 20}),
    Field<&SearchCriteria::stopping_metric>(
        {.name = "stopping_metric",
         .help = "Better by which metric. AUTO: logloss, deviance, or MSE of autoencoders.",
         .level = ParamLevel::kSecondary}),
    Field<&SearchCriteria::stopping_tolerance>(
        {.name = "stopping_tolerance",
         .help = "Being better by less than this share counts as not better.",
         .level = ParamLevel::kSecondary,
         .min = 0}),
    Field<&SearchCriteria::early_stopping>({.name = "early_stopping",
                                            .help = "Whether stopping_rounds counts.",
                                            .level = ParamLevel::kSecondary}),
};

struct GridOptions {
  std::string grid_id = "grid";
  StoppingMetric sort_by = StoppingMetric::kAuto;
  int64_t parallelism = 0;
  std::string recovery_dir = {};
};

template <>
inline constexpr auto kFields<GridOptions> = std::tuple{
    Field<&GridOptions::grid_id>(
        {.name = "grid_id",
         .help = "Name of the grid; its models are <grid_id>_model_1, <grid_id>_model_2, …."}),
    Field<&GridOptions::sort_by>(
        {.name = "sort_by",
         .help = "Metric that the table is sorted by and the best model chosen by: that of "
                 "cross-validation, else of validation, else of training. AUTO: logloss, deviance, "
                 "or MSE of autoencoders."}),
    Field<&GridOptions::parallelism>(
        {.name = "parallelism",
         .help =
             "Models that train at the same time on each rank, sharing its threads; 0: as many as "
             "there are threads and memory allows.",
         .min = 0,
         .max = 1024}),
    Field<&GridOptions::recovery_dir>(
        {.name = "recovery_dir",
         .help = "Folder in which every model is saved when it is trained. Where it holds a grid "
                 "that was broken off, or has new limits, the same command goes on with it."}),
};

}  // namespace thalweg
