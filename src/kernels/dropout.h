// Dropout masks (Srivastava et al. 2014), for T = float and double.
#pragma once

#include <cstddef>
#include <cstdint>

namespace thalweg {

// y[i] = 0 with probability ratio (to 2^-24), else x[i] / (1 - ratio), so that the expectation
// stays and scoring needs no change ("inverted" dropout). Whether i is dropped is a hash of key and
// i alone: the same on every instruction set. In and out may be the same. `count` is rounded up to
// whole vectors; rows are padded as those of Matrix are.
template <class T>
void Dropout(double ratio, uint64_t key, size_t first, const T* x, T* y, size_t count);

}  // namespace thalweg
