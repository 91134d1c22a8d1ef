// Which rows and columns a net learns from, and how cells become inputs.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/fields.h"
#include "models/categorical_encoding.h"

namespace thalweg {

enum class MissingValuesHandling { kMeanImputation, kSkip };
template <>
inline constexpr auto kEnumNames<MissingValuesHandling> = std::array{"MeanImputation", "Skip"};

struct DataParams {
  std::string response_column;
  std::vector<std::string> ignored_columns;
  std::string weights_column;
  std::string offset_column;
  bool balance_classes = false;
  std::vector<double> class_sampling_factors;
  double max_after_balance_size = 5;
  bool standardize = true;
  bool use_all_factor_levels = true;
  MissingValuesHandling missing_values_handling = MissingValuesHandling::kMeanImputation;
  bool ignore_const_cols = true;
  CategoricalEncoding categorical_encoding = CategoricalEncoding::kAuto;
  int64_t max_categorical_features = std::numeric_limits<int32_t>::max();
  bool sparse = false;
  bool col_major = false;
};

template <>
inline constexpr auto kFields<DataParams> = std::tuple{
    Field<&DataParams::response_column>(
        {.name = "response_column", .help = "Column to predict; enum means classification."}),
    Field<&DataParams::ignored_columns>(
        {.name = "ignored_columns", .help = "Columns that are not used."}),
    Field<&DataParams::weights_column>(
        {.name = "weights_column",
         .help = "Column that says how much each row counts: 0 as if it were not there, 2 as if it "
                 "were there twice."}),
    Field<&DataParams::offset_column>(
        {.name = "offset_column",
         .help = "Column that is added to the score before the link function, in training and in "
                 "predicting.",
         .level = ParamLevel::kSecondary}),
    Field<&DataParams::balance_classes>(
        {.name = "balance_classes",
         .help = "Repeat or leave out training rows so that all classes have as many; predicted "
                 "probabilities are brought back to the shares of the classes.",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&DataParams::class_sampling_factors>(
        {.name = "class_sampling_factors",
         .help = "With balance_classes: how often the rows of each class are taken, in the order "
                 "of the levels; if not given, as often as brings every class to the largest.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .min_exclusive = true}),
    Field<&DataParams::max_after_balance_size>(
        {.name = "max_after_balance_size",
         .help = "With balance_classes: the rows after balancing are at most this many times those "
                 "before; may be below 1.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 0,
         .min_exclusive = true}),
    Field<&DataParams::standardize>(
        {.name = "standardize",
         .help =
             "Bring numeric predictors to mean 0 and standard deviation 1; with mini_batch_size "
             "1, those that are mostly zero keep their zeros.",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&DataParams::use_all_factor_levels>(
        {.name = "use_all_factor_levels",
         .help = "Give the first level of a categorical predictor an input of its own, too.",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&DataParams::missing_values_handling>(
        {.name = "missing_values_handling",
         .help = "Missing predictors become the mean (a level of their own in categorical "
                 "columns), or their training rows are skipped.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&DataParams::ignore_const_cols>({.name = "ignore_const_cols",
                                           .help = "Leave out columns with one single value.",
                                           .level = ParamLevel::kSecondary}),
    Field<&DataParams::categorical_encoding>(
        {.name = "categorical_encoding",
         .help = "How the levels of categorical predictors become inputs; AUTO means "
                 "OneHotInternal.",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&DataParams::max_categorical_features>(
        {.name = "max_categorical_features",
         .help = "One-hot inputs of all categorical predictors together; above that the levels of "
                 "the largest ones are hashed.",
         .level = ParamLevel::kExpert,
         .gridable = true,
         .min = 1,
         .max = std::numeric_limits<int32_t>::max()}),
    Field<&DataParams::sparse>(
        {.name = "sparse",
         .help = "Hold numeric predictors that are mostly zero as sparse inputs, scaled but not "
                 "centred, however few they are; else only where most of the frame is zero.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
    Field<&DataParams::col_major>(
        {.name = "col_major",
         .help = "Not supported: weights have one layout, chosen for speed.",
         .level = ParamLevel::kExpert,
         .gridable = true}),
};

}  // namespace thalweg
