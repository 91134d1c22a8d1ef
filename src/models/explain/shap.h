// SHAP values of rows against background rows, as a frame.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/fields.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "models/model.h"

namespace thalweg {

// docs/decisions/0008-shap.md has the measurements behind Auto.
enum class ShapMethod {
  kAuto,         // see ChooseShapMethod
  kExact,        // all coalitions (shapley.h), for up to 20 features
  kRescale,      // DeepSHAP (rescale_rule.h), for nets
  kPermutation,  // random orders (shapley.h)
};
template <>
inline constexpr auto kEnumNames<ShapMethod> =
    std::array{"Auto", "Exact", "Rescale", "Permutation"};

struct ShapOptions {
  ShapMethod method = ShapMethod::kAuto;
  // As in TargetOf.
  std::string target = {};
  // Permutation: orders per row and background row, each forwards and backwards.
  int64_t permutations = 1;
  uint64_t seed = 0;
};

// One row per row of `frame`: a column per predictor, and BiasTerm, the mean score of the
// background. Each row sums to the row's prediction on the link scale, less its offset
// (link_scores.h); what the rounding of floats leaves is spread over the contributions by their
// magnitudes. Memory: the result, the encoded background, and some hundred rows at a time. The same
// for every number of threads. UserError for autoencoders.
Frame ComputeShap(const Model& model, const Frame& frame, const Frame& background,
                  const ShapOptions& options, ThreadPool& pool, const WorkContext& context = {});

// What Auto stands for: Exact for up to 8 features; else Permutation, the more accurate estimate;
// but Rescale for nets where that would take more than about 100 million scores.
ShapMethod ChooseShapMethod(const Model& model, int64_t rows, int64_t background_rows);

}  // namespace thalweg
