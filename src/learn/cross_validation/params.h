// Cross-validation's parameters: a part of those of every learner that can be cross-validated.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/fields.h"

namespace thalweg {

enum class FoldAssignment { kAuto, kRandom, kModulo, kStratified };
template <>
inline constexpr auto kEnumNames<FoldAssignment> =
    std::array{"AUTO", "Random", "Modulo", "Stratified"};

struct CrossValidationParams {
  int64_t nfolds = 0;
  FoldAssignment fold_assignment = FoldAssignment::kAuto;
  std::string fold_column{};
  bool keep_cross_validation_models = true;
  bool keep_cross_validation_predictions = false;
  bool keep_cross_validation_fold_assignment = false;
};

template <>
inline constexpr auto kFields<CrossValidationParams> = std::tuple{
    Field<&CrossValidationParams::nfolds>(
        {.name = "nfolds",
         .help = "Folds of cross-validation; 0 means none, else at least 2.",
         .level = ParamLevel::kSecondary,
         .min = 0,
         .max = 1 << 20}),
    Field<&CrossValidationParams::fold_assignment>(
        {.name = "fold_assignment",
         .help =
             "Folds by chance, all of one size (Random, also AUTO), by the row number (Modulo), "
             "or by chance with the same share of each class (Stratified).",
         .level = ParamLevel::kSecondary,
         .gridable = true}),
    Field<&CrossValidationParams::fold_column>(
        {.name = "fold_column",
         .help = "Column of whole numbers or categories: rows of one value are one fold. It is no "
                 "predictor.",
         .level = ParamLevel::kSecondary}),
    Field<&CrossValidationParams::keep_cross_validation_models>(
        {.name = "keep_cross_validation_models",
         .help = "Keep the models of the folds.",
         .level = ParamLevel::kExpert}),
    Field<&CrossValidationParams::keep_cross_validation_predictions>(
        {.name = "keep_cross_validation_predictions",
         .help = "Keep for every row the prediction of the model that was not trained on it.",
         .level = ParamLevel::kExpert}),
    Field<&CrossValidationParams::keep_cross_validation_fold_assignment>(
        {.name = "keep_cross_validation_fold_assignment",
         .help = "Keep the fold of every row.",
         .level = ParamLevel::kExpert}),
};

}  // namespace thalweg
