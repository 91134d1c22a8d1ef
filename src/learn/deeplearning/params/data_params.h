// Which rows and columns a net learns from, and how cells become inputs.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/fields.h"

namespace thalweg {

enum class MissingValuesHandling { kMeanImputation, kSkip };
template <>
inline constexpr auto kEnumNames<MissingValuesHandling> = std::array{"MeanImputation", "Skip"};

struct DataParams {
  std::string response_column;
  std::vector<std::string> ignored_columns;
  bool standardize = true;
  bool use_all_factor_levels = true;
  MissingValuesHandling missing_values_handling = MissingValuesHandling::kMeanImputation;
  bool ignore_const_cols = true;
};

template <>
inline constexpr auto kFields<DataParams> = std::tuple{
    Field<&DataParams::response_column>(
        {.name = "response_column", .help = "Column to predict; enum means classification."}),
    Field<&DataParams::ignored_columns>(
        {.name = "ignored_columns", .help = "Columns that are not used."}),
    Field<&DataParams::standardize>(
        {.name = "standardize",
         .help =
             "Bring numeric predictors to mean 0 and standard deviation 1; with mini_batch_size "
             "1, those that are mostly zero keep their zeros.",
         .level = ParamLevel::kSecondary}),
    Field<&DataParams::use_all_factor_levels>(
        {.name = "use_all_factor_levels",
         .help = "Give the first level of a categorical predictor an input of its own, too.",
         .level = ParamLevel::kSecondary}),
    Field<&DataParams::missing_values_handling>(
        {.name = "missing_values_handling",
         .help = "Missing predictors become the mean (a level of their own in categorical "
                 "columns), or their training rows are skipped.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&DataParams::ignore_const_cols>({.name = "ignore_const_cols",
                                           .help = "Leave out columns with one single value.",
                                           .level = ParamLevel::kSecondary}),
};

}  // namespace thalweg
