// Which rows to score on, where it is not all of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"

namespace thalweg {

// Ascending numbers of `wanted` of `rows` rows drawn at random, each alike; all where it is 0 or
// more than there are.
std::vector<uint32_t> SampleRows(size_t rows, int64_t wanted, Random random);

// The same, but each class has as large a share as among all rows, up to rounding (largest
// remainders, the lower class first), and at least one row where there are rows enough.
std::vector<uint32_t> SampleRowsByClass(std::span<const int32_t> classes, int64_t wanted,
                                        Random random);

}  // namespace thalweg
