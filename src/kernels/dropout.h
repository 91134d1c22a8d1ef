// Dropout masks (Srivastava et al. 2014) out of random streams, for T = float and double.
#pragma once

#include <cstddef>

#include "base/random.h"

namespace thalweg {

// y[i] = 0 with probability ratio (to 1/65536), else x[i] / (1 - ratio), so that the expectation
// stays and scoring needs no change ("inverted" dropout). One 64-bit number is drawn per 4
// elements: the same stream gives the same mask. In and out may be the same; exactly `count` are
// touched.
template <class T>
void Dropout(double ratio, Random random, const T* x, T* y, size_t count);

}  // namespace thalweg
