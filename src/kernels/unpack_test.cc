#include "kernels/unpack.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"
#include "kernels/decimal.h"
#include "kernels/instruction_sets.h"
#include "kernels/measure.h"

namespace thalweg {
namespace {

constexpr int64_t kMissing = std::numeric_limits<int64_t>::min();

uint64_t AllOnes(int width) { return width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1; }

// Every test runs once per instruction set of this machine.
#define UNPACK_TEST(name)                              \
  void Run##name();                                    \
  TEST(UnpackTest, name) {                             \
    ForEachInstructionSet([](const std::string& set) { \
      SCOPED_TRACE(set);                               \
      Run##name();                                     \
    });                                                \
  }                                                    \
  void Run##name()

struct Packing {
  std::vector<int64_t> values;
  std::vector<std::byte> bytes;
  PackedIntegers view;
};

Packing MakePacking(Random& random, size_t size, int width, int64_t bias, int scale,
                    bool has_missing) {
  Packing packing;
  for (size_t i = 0; i < size; ++i) {
    uint64_t code = random.Next() & AllOnes(width);
    if (random.Bernoulli(0.1)) code = 0;
    if (random.Bernoulli(0.1)) code = AllOnes(width);
    // The one code of 64 bits that cannot stand for an integer.
    if (width == 64 && !has_missing && code == AllOnes(width)) code = 1;
    const bool missing = has_missing && code == AllOnes(width);
    packing.values.push_back(missing ? kMissing
                                     : static_cast<int64_t>(code + static_cast<uint64_t>(bias)));
  }
  packing.bytes.resize(PackedBytes(size, width));
  PackIntegers(packing.values, bias, width, packing.bytes.data());
  packing.view = {.words = packing.bytes.data(),
                  .size = size,
                  .width = width,
                  .bias = bias,
                  .scale = scale,
                  .has_missing = has_missing};
  return packing;
}

double Expected(int64_t value, int scale) {
  if (value == kMissing) return std::numeric_limits<double>::quiet_NaN();
  return DecimalValue(value, scale);
}

template <class T>
bool Same(T a, T b) {
  return std::isnan(a) ? std::isnan(b) : a == b;
}

void CheckRange(const Packing& p, size_t begin, size_t size) {
  std::vector<int64_t> ints(size);
  std::vector<double> doubles(size);
  std::vector<float> floats(size);
  UnpackInts(p.view, begin, ints);
  UnpackDoubles(p.view, begin, doubles);
  UnpackFloats(p.view, begin, floats);
  for (size_t i = 0; i < size; ++i) {
    const double expected = Expected(p.values[begin + i], p.view.scale);
    ASSERT_EQ(ints[i], p.values[begin + i]) << "width " << p.view.width << " at " << begin + i;
    ASSERT_TRUE(Same(doubles[i], expected))
        << doubles[i] << " for " << expected << ", width " << p.view.width << " bias "
        << p.view.bias << " scale " << p.view.scale << " at " << begin + i;
    ASSERT_TRUE(Same(floats[i], static_cast<float>(expected)))
        << floats[i] << " for " << expected << ", width " << p.view.width << " bias " << p.view.bias
        << " scale " << p.view.scale << " at " << begin + i;
  }
}

UNPACK_TEST(EveryWidth) {
  Random random(1);
  for (int width = 1; width <= 64; ++width) {
    for (const bool has_missing : {false, true}) {
      // Biases that keep every code an int64.
      const int64_t lowest = width == 64 ? kMissing + 1 : -1000;
      for (const int64_t bias : {lowest, width < 60 ? int64_t{1} << 55 : lowest}) {
        for (const size_t size : {1UL, 15UL, 16UL, 500UL, 512UL, 1531UL}) {
          CheckRange(MakePacking(random, size, width, bias, 0, has_missing), 0, size);
        }
      }
    }
  }
}

UNPACK_TEST(EveryRange) {
  Random random(2);
  for (const int width : {1, 7, 32, 45}) {
    const Packing packing = MakePacking(random, 555, width, -3, 0, true);
    for (size_t begin = 0; begin <= 555; begin += 1 + random.Below(9)) {
      for (size_t end = begin; end <= 555; end += 1 + random.Below(40)) {
        CheckRange(packing, begin, end - begin);
      }
    }
  }
}

UNPACK_TEST(QuotientsAreCorrectlyRounded) {
  Random random(3);
  for (int scale = 1; scale <= kMaxScale; ++scale) {
    for (const int width : {5, 16, 31, 32, 40, 53}) {
      for (const bool has_missing : {false, true}) {
        const int64_t bias = width == 53 ? -(kMaxMantissa - 1) : -77;
        CheckRange(MakePacking(random, 4000, width, bias, scale, has_missing), 0, 4000);
      }
    }
  }
}

UNPACK_TEST(FloatsAtTheEdgesOfInt32) {
  Random random(4);
  constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
  for (const int64_t bias :
       {-kMax - 1, -kMax - 2, kMax - 7, kMax - 6, -kMaxMantissa, kMaxMantissa, kMaxMantissa + 1}) {
    CheckRange(MakePacking(random, 600, 3, bias, 0, true), 0, 600);
    CheckRange(MakePacking(random, 600, 31, bias, 0, true), 0, 600);
  }
}

UNPACK_TEST(MantissasAreFoundOnlyWhereTheyAreExact) {
  Random random(5);
  for (int scale = 0; scale <= kMaxScale; ++scale) {
    std::vector<double> values;
    std::vector<int64_t> expected;
    for (int i = 0; i < 1003; ++i) {
      const int bits = 1 + static_cast<int>(random.Below(51));
      int64_t mantissa = static_cast<int64_t>(random.Next() >> (64 - bits));
      if (random.Bernoulli(0.5)) mantissa = -mantissa;
      const bool missing = random.Bernoulli(0.05);
      expected.push_back(missing ? kMissing : mantissa);
      values.push_back(Expected(expected.back(), scale));
    }
    std::vector<int64_t> mantissas(values.size());
    ASSERT_EQ(FindMantissas(values, scale, mantissas.data()), values.size()) << scale;
    EXPECT_EQ(mantissas, expected) << scale;
    for (const double odd : {-0.0, std::nextafter(values[7], 1e300), 0x1p52, HUGE_VAL, 1e-300}) {
      std::vector<double> changed = values;
      const size_t at = random.Below(values.size());
      changed[at] = odd;
      if (odd == 0x1p52 && scale > 0) changed[at] = 0x1p-52;
      const size_t stopped = FindMantissas(changed, scale, mantissas.data());
      EXPECT_LE(stopped, at);
      EXPECT_GT(stopped + 8, at);
    }
  }
}

UNPACK_TEST(MeasuresAgreeWithALoop) {
  Random random(6);
  for (size_t size = 0; size < 70; ++size) {
    std::vector<int64_t> values;
    for (size_t i = 0; i < size; ++i) {
      const uint64_t kind = random.Below(5);
      values.push_back(kind == 0   ? kMissing
                       : kind == 1 ? 0
                       : kind == 2 ? static_cast<int64_t>(random.Next())
                                   : static_cast<int64_t>(random.Below(3)) - 1);
    }
    IntegerMeasures expected;
    for (size_t i = 0; i < size; ++i) {
      expected.changes += i > 0 && values[i] != values[i - 1] ? 1 : 0;
      expected.zeros += values[i] == 0 ? 1 : 0;
      expected.missing += values[i] == kMissing ? 1 : 0;
      if (values[i] == kMissing) continue;
      expected.min = std::min(expected.min, values[i]);
      expected.max = std::max(expected.max, values[i]);
    }
    const IntegerMeasures measures = MeasureIntegers(values);
    EXPECT_EQ(measures.min, expected.min);
    EXPECT_EQ(measures.max, expected.max);
    EXPECT_EQ(measures.missing, expected.missing);
    EXPECT_EQ(measures.zeros, expected.zeros);
    EXPECT_EQ(measures.changes, expected.changes);
  }
}

UNPACK_TEST(DoublesAreMeasured) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const size_t padding : {0UL, 1UL, 5UL, 16UL, 37UL}) {
    const auto measure = [&](std::vector<double> values) {
      values.insert(values.end(), padding, 2.0);
      return MeasureDoubles(values);
    };
    EXPECT_EQ(measure({nan, 0, 0, -0.0, 3}).zeros, 2U);
    EXPECT_EQ(measure({nan, 0, 0, nan, 2}).missing, 2U);
    EXPECT_EQ(measure({0, -0.0, 1, 1, 2}).changes, 3U);
    EXPECT_TRUE(measure({0, -0.0, 1}).negative_zero);
    EXPECT_FALSE(measure({0, -1, nan}).negative_zero);
    EXPECT_TRUE(measure({0.5, nan, 0x1p-149, HUGE_VAL}).floats);
    EXPECT_FALSE(measure({0.5, nan, 0.1}).floats);
    EXPECT_FALSE(measure({1e300}).floats);
    EXPECT_TRUE(measure({-0x1p62, nan, 0x1.fffffffffffffp62}).integral);
    EXPECT_FALSE(measure({-0x1p63}).integral);
    EXPECT_FALSE(measure({HUGE_VAL}).integral);
    EXPECT_FALSE(measure({1.5}).integral);
  }
}

}  // namespace
}  // namespace thalweg
