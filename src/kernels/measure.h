// One pass over cells that gathers what the choice of an encoding needs.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

namespace thalweg {

struct IntegerMeasures {
  // Over the values that are not missing (the smallest int64 means missing); the largest int64 and
  // the smallest where there are none.
  int64_t min = std::numeric_limits<int64_t>::max();
  int64_t max = std::numeric_limits<int64_t>::min();
  uint64_t missing = 0;
  uint64_t zeros = 0;
  // Values that differ from the one before them.
  uint64_t changes = 0;
};

IntegerMeasures MeasureIntegers(std::span<const int64_t> values);

struct DoubleMeasures {
  uint64_t missing = 0;  // NaN
  uint64_t zeros = 0;    // 0.0 without a sign
  uint64_t changes = 0;  // as above, by bits
  // All values are floats, or NaN.
  bool floats = true;
  // All values are integers above -2^63 and below 2^63, or NaN.
  bool integral = true;
  bool negative_zero = false;
};

DoubleMeasures MeasureDoubles(std::span<const double> values);

}  // namespace thalweg
