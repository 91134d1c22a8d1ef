// Sums of floats as whole multiples of 2^-40 in 64 bits: they do not depend on the order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace thalweg {

// sums[i] += by * x[i], to the nearest multiple; what is beyond ±2^11, or not a number, counts as
// the nearer end (NaN: the lower one). So 4,096 terms do not overflow.
void AddMultiples(const float* x, double by, int64_t* sums, size_t count);
void MultiplesToFloats(const int64_t* sums, float* out, size_t count);

}  // namespace thalweg
