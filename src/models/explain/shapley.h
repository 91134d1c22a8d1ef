// Shapley values of one row against background rows: each feature's share in the difference between
// the row's score and the mean score of the background (interventional: features that are not of
// the row are the background's; Lundberg, Lee 2017; Janzing et al. 2020).
#pragma once

#include <cstdint>
#include <vector>

#include "models/explain/coalition_scorer.h"

namespace thalweg {

struct ShapleyValues {
  std::vector<double> contributions;  // one per feature
  double score = 0;                   // of the row
};

// By all 2^features coalitions; for up to 20 features.
ShapleyValues ExactShapley(const CoalitionScorer& scorer, size_t row);

// Castro et al. 2009: for each background row, features go over from it to the row one by one, in
// `permutations` random orders, each also backwards (antithetic: Mitchell et al. 2022). Unbiased;
// contributions sum to the difference for any number of orders. `number` names the row's random
// stream.
ShapleyValues PermutationShapley(const CoalitionScorer& scorer, size_t row, int64_t permutations,
                                 uint64_t seed, uint64_t number);

// The mean score of the background.
double BackgroundScore(const CoalitionScorer& scorer);

}  // namespace thalweg
