#include "kernels/exact_sums.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/random.h"
#include "kernels/instruction_sets.h"

namespace thalweg {
namespace {

TEST(ExactSums, RoundToTheNearestMultipleAndBack) {
  ForEachInstructionSet([](const std::string& set) {
    SCOPED_TRACE(set);
    Random random(1);
    for (const size_t count : {1, 2, 3, 7, 8, 9, 16, 33, 100}) {
      std::vector<float> x(count);
      for (float& v : x)
        v = static_cast<float>(random.Normal() * std::exp2(random.Uniform(-30, 9)));
      for (const double by : {1.0, -1.0, 1.0 / 3, 0.0}) {
        std::vector<int64_t> sums(count, 5);
        AddMultiples(x.data(), by, sums.data(), count);
        std::vector<float> back(count);
        MultiplesToFloats(sums.data(), back.data(), count);
        for (size_t i = 0; i < count; ++i) {
          const double exact = std::nearbyint(static_cast<double>(x[i]) * (by * 0x1p40));
          ASSERT_EQ(sums[i], 5 + static_cast<int64_t>(exact)) << x[i] << " " << by;
          ASSERT_EQ(back[i], static_cast<float>(static_cast<double>(sums[i]) * 0x1p-40));
        }
      }
    }
  });
}

TEST(ExactSums, DoNotDependOnTheOrder) {
  ForEachInstructionSet([](const std::string& set) {
    SCOPED_TRACE(set);
    Random random(2);
    constexpr size_t kCount = 21;
    std::vector<std::vector<float>> terms(500, std::vector<float>(kCount));
    for (auto& term : terms) {
      for (float& v : term)
        v = static_cast<float>(random.Normal() * std::exp2(random.Uniform(-40, 5)));
    }
    std::vector<int64_t> forward(kCount), backward(kCount);
    for (size_t t = 0; t < terms.size(); ++t) {
      AddMultiples(terms[t].data(), 0.1, forward.data(), kCount);
      AddMultiples(terms[terms.size() - 1 - t].data(), 0.1, backward.data(), kCount);
    }
    EXPECT_EQ(forward, backward);
  });
}

TEST(ExactSums, WhatIsTooLargeCountsAsTheEnd) {
  ForEachInstructionSet([](const std::string& set) {
    SCOPED_TRACE(set);
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> x = {1e9F, -1e9F, infinity, -infinity, std::nanf(""), 2048, -2048, 0};
    for (const size_t count : {size_t{1}, x.size()}) {
      for (size_t begin = 0; begin + count <= x.size(); ++begin) {
        std::vector<int64_t> sums(count);
        AddMultiples(x.data() + begin, 1, sums.data(), count);
        for (size_t i = 0; i < count; ++i) {
          const float v = x[begin + i];
          const int64_t end = int64_t{1} << 51;
          EXPECT_EQ(sums[i], v == 0 ? 0 : (v > 0 ? end : -end)) << v;
        }
      }
    }
  });
}

}  // namespace
}  // namespace thalweg
