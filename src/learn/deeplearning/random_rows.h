// For tests: random training rows with a pattern that a net can learn.
#pragma once

#include <cmath>
#include <numeric>

#include "base/random.h"
#include "learn/deeplearning/matrix_rows.h"

namespace thalweg {

// One categorical column of `shape.levels` levels (if any), dense numbers, and about a quarter of
// the sparse ones. Classes and values follow from the inputs.
template <class T>
MatrixRows<T> RandomRows(const InputShape& shape, size_t rows, size_t classes, uint64_t seed) {
  MatrixRows<T> result;
  result.input = shape;
  result.dense = Matrix<T>(rows, shape.dense);
  result.entries.resize(rows);
  Random random(seed);
  for (size_t r = 0; r < rows; ++r) {
    double score = 0;
    if (shape.levels > 0) {
      const auto level = static_cast<uint32_t>(random.Below(shape.levels));
      result.entries[r].push_back({level, 1});
      score += level % 2 == 0 ? 0.7 : -0.7;
    }
    for (size_t j = 0; j < shape.dense; ++j) {
      // Floats, so that both types see the same numbers.
      const auto v = static_cast<float>(random.Uniform(-1, 1));
      result.dense(r, j) = v;
      score += (j % 3 == 0 ? 1 : -0.5) * v;
    }
    for (size_t j = 0; j < shape.sparse; ++j) {
      if (!random.Bernoulli(0.25)) continue;
      const auto v = static_cast<float>(random.Uniform(0.2, 1));
      result.entries[r].push_back({static_cast<uint32_t>(shape.levels + shape.dense + j), v});
      score += (j % 2 == 0 ? 1 : -1) * v;
    }
    const double place = 0.5 + 0.5 * std::tanh(score);
    result.classes.push_back(static_cast<int32_t>(
        std::min<double>(static_cast<double>(classes) - 1, place * static_cast<double>(classes))));
    result.values.push_back(static_cast<T>(static_cast<float>(score)));
  }
  return result;
}

inline std::vector<uint32_t> RowNumbers(size_t rows) {
  std::vector<uint32_t> numbers(rows);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace thalweg
