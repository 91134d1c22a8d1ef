// What training does to values at random, for T = float and double: dropout masks (Srivastava et
// al. 2014) and noise.
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

// y[i] += deviation * n, where n is nearly normal: the sum of four uniform bytes, brought to mean 0
// and variance 1 (kurtosis 2.7 instead of 3, nothing beyond 3.46). It is a hash of key and
// first + i alone: the same on every instruction set. `count` is rounded up to whole vectors; rows
// are padded as those of Matrix are, and their padding is no longer zero.
template <class T>
void AddNoise(double deviation, uint64_t key, size_t first, T* y, size_t count);

}  // namespace thalweg
