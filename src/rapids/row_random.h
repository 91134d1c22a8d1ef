// One random number per row.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "rapids/evaluator.h"
#include "rapids/value.h"

namespace thalweg::internal {

// Uniform numbers in [0, 1) of row, row + 1, …: the same wherever one starts.
class RowRandom {
 public:
  RowRandom(uint64_t seed, int64_t row)
      : seed_(seed), row_(row), random_(seed, {static_cast<uint64_t>(row / kBlock)}) {
    for (int64_t i = row / kBlock * kBlock; i < row; ++i) random_.Next();
  }
  double Next() {
    if (row_ % kBlock == 0) random_ = Random(seed_, {static_cast<uint64_t>(row_ / kBlock)});
    ++row_;
    return random_.Uniform();
  }

 private:
  static constexpr int64_t kBlock = 4096;
  const uint64_t seed_;
  int64_t row_;
  Random random_;
};

// The seed that argument i states; where it is -1 or missing, a new one that all ranks share.
uint64_t SeedOf(const Arguments& arguments, size_t i, Evaluator& evaluator);

}  // namespace thalweg::internal
