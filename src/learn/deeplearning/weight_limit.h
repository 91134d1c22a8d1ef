// max_w2: a limit to the squared weights of a unit.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/vectors.h"

namespace thalweg {

// Scales each column whose sum of squares is above `most` down to it.
template <class T>
void LimitWeights(const MatrixView<T>& weights, double most) {
  thread_local Matrix<T> scratch;
  if (scratch.columns() < weights.columns) scratch = Matrix<T>(1, weights.columns);
  T* scale = scratch.data();
  std::fill_n(scale, PaddedCount<T>(weights.columns), T{0});
  AddSquares<T>(weights, scale);
  bool any = false;
  for (size_t c = 0; c < weights.columns; ++c) {
    const bool over = scale[c] > most;
    any = any || over;
    scale[c] = over ? std::sqrt(static_cast<T>(most) / scale[c]) : T{1};
  }
  if (!any) return;
  for (size_t r = 0; r < weights.rows; ++r) MultiplyBy(scale, weights.row(r), weights.columns);
}

}  // namespace thalweg
