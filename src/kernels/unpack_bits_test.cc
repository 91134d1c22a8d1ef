#include "kernels/unpack_bits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "base/random.h"
#include "kernels/decimal.h"
#include "kernels/instruction_sets.h"
#include "kernels/unpack.h"

namespace thalweg {
namespace {

constexpr int64_t kMissing = std::numeric_limits<int64_t>::min();

// Every test runs once per instruction set of this machine.
#define BITS_TEST(name)                                \
  void Run##name();                                    \
  TEST(UnpackBitsTest, name) {                         \
    ForEachInstructionSet([](const std::string& set) { \
      SCOPED_TRACE(set);                               \
      Run##name();                                     \
    });                                                \
  }                                                    \
  void Run##name()

// Codes written bit by bit into memory that ends with the last one: reading beyond it would be
// noticed by sanitizers.
struct Bits {
  Bits(const std::vector<uint32_t>& codes, int width) {
    const size_t size = (codes.size() * static_cast<size_t>(width) + 7) / 8;
    bytes = std::make_unique<std::byte[]>(size);
    for (size_t i = 0; i < codes.size(); ++i) {
      for (int b = 0; b < width; ++b) {
        const size_t bit = i * static_cast<size_t>(width) + static_cast<size_t>(b);
        if ((codes[i] >> b & 1) != 0) bytes[bit / 8] |= std::byte{1} << (bit % 8);
      }
    }
    view = {.bytes = bytes.get(), .end = bytes.get() + size, .width = width};
  }
  std::unique_ptr<std::byte[]> bytes;
  BitArray view;
};

uint32_t AllOnes(int width) { return static_cast<uint32_t>((uint64_t{1} << width) - 1); }

std::vector<uint32_t> RandomCodes(Random& random, size_t size, int width) {
  std::vector<uint32_t> codes(size);
  for (uint32_t& code : codes) {
    code = static_cast<uint32_t>(random.Next()) & AllOnes(width);
    if (random.Bernoulli(0.2)) code = AllOnes(width);
    if (random.Bernoulli(0.1)) code = 0;
  }
  return codes;
}

BITS_TEST(EveryWidthFromEveryEntry) {
  Random random(1);
  for (int width = 0; width <= kMaxBatchWidth; ++width) {
    for (const size_t size : {1UL, 3UL, 64UL, 128UL, 411UL}) {
      const std::vector<uint32_t> codes = RandomCodes(random, size, width);
      const Bits bits(codes, width);
      for (size_t begin = 0; begin < size; begin += 1 + random.Below(5)) {
        std::array<uint32_t, kBitBatch> out;
        const size_t count = 1 + random.Below(std::min(kBitBatch, size - begin));
        UnpackBits(bits.view, begin, count, out);
        for (size_t i = 0; i < count; ++i) {
          ASSERT_EQ(out[i], codes[begin + i]) << "width " << width << " at " << begin + i;
        }
      }
    }
  }
}

BITS_TEST(GapsOfEveryWidth) {
  Random random(2);
  for (int width = 1; width <= kMaxBatchWidth; ++width) {
    for (int trial = 0; trial < 12; ++trial) {
      // Rows below 2^31.
      std::vector<uint32_t> codes;
      std::vector<uint32_t> rows;
      std::vector<size_t> code_ends;  // the code after the one that ends at the row
      uint64_t row = random.Below(3);
      const auto start = static_cast<uint32_t>(row);
      for (int i = 0; i < 500; ++i) {
        const uint32_t code = RandomCodes(random, 1, width)[0] >> random.Below(trial % 3 + 1);
        if (row + code >= uint64_t{1} << 31) break;
        codes.push_back(code);
        row += code;
        if (code == AllOnes(width)) continue;
        rows.push_back(static_cast<uint32_t>(row++));
        code_ends.push_back(codes.size());
      }
      if (rows.empty()) continue;
      const Bits bits(codes, width);
      // From any row on, to any end.
      for (int range = 0; range < 10; ++range) {
        const size_t first = range == 0 ? 0 : random.Below(rows.size());
        const uint32_t end =
            range == 0 ? std::numeric_limits<uint32_t>::max()
                       : rows[first] + 1 + static_cast<uint32_t>(random.Below(1U << width));
        uint64_t code = first == 0 ? 0 : code_ends[first - 1];
        uint32_t at = first == 0 ? start : rows[first - 1] + 1;
        for (size_t i = first; i < rows.size() && at < end;) {
          std::array<uint32_t, kRowBatch> out;
          const size_t count = UnpackGaps(bits.view, code, end, &at, out);
          ASSERT_LE(count, kBitBatch);
          for (size_t k = 0; k < std::min(count, rows.size() - i); ++k) {
            ASSERT_EQ(out[k], rows[i + k]) << "width " << width << " entry " << i + k;
          }
          code += kBitBatch;
          i += count;
          // Nothing below the end is left out.
          ASSERT_TRUE(at < end || i >= rows.size() || rows[i] >= end);
        }
      }
    }
  }
}

template <class T>
bool Same(T a, T b) {
  return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
}

BITS_TEST(CodesBecomeReals) {
  Random random(3);
  for (int width = 1; width <= 31; ++width) {
    for (int scale = 0; scale <= kMaxScale; ++scale) {
      const bool has_missing = random.Bernoulli(0.5);
      const int64_t largest = int64_t{1} << (random.Bernoulli(0.5) ? 52 : random.Below(52));
      const int64_t bias = random.Bernoulli(0.5) ? largest : -largest;
      std::vector<uint32_t> codes = RandomCodes(random, 128, width);
      const PackedIntegers format = {
          .width = width, .bias = bias, .scale = scale, .has_missing = has_missing};
      std::array<double, 128> doubles;
      std::array<float, 128> floats;
      const size_t size = 1 + random.Below(128);
      CodesToReals(format, size, codes.data(), doubles.data());
      CodesToReals(format, size, codes.data(), floats.data());
      for (size_t i = 0; i < size; ++i) {
        const bool missing = has_missing && codes[i] == AllOnes(width);
        const double expected = missing ? std::numeric_limits<double>::quiet_NaN()
                                        : DecimalValue(bias + int64_t{codes[i]}, scale);
        ASSERT_TRUE(Same(doubles[i], expected))
            << doubles[i] << " for " << expected << ", width " << width << " bias " << bias;
        ASSERT_TRUE(Same(floats[i], static_cast<float>(expected)))
            << floats[i] << " for " << expected << ", width " << width << " bias " << bias;
      }
    }
  }
}

// Two products and their sum, where they are said to be enough, against division.
TEST(ShortReciprocalTest, QuotientsAreCorrectlyRounded) {
  Random random(4);
  for (int scale = 1; scale <= kMaxScale; ++scale) {
    for (int bits = 1; bits <= 53 && HasShortReciprocal(bits, scale); ++bits) {
      const Reciprocal reciprocal = ShortReciprocal(bits, scale);
      for (int i = 0; i < 20'000; ++i) {
        const auto m = static_cast<double>(random.Below((uint64_t{1} << bits) + 1));
        const double high = m * reciprocal.high;
        const double low = m * reciprocal.low;
        ASSERT_EQ(high + low, m / kPowersOfTen[static_cast<size_t>(scale)])
            << m << " scale " << scale << " bits " << bits;
      }
    }
  }
  EXPECT_TRUE(HasShortReciprocal(31, 7));
  EXPECT_FALSE(HasShortReciprocal(53, 1));
}

BITS_TEST(MantissasAreDividedOnlyWhereThatIsExact) {
  Random random(5);
  for (int exponent = 1; exponent <= kMaxScale; ++exponent) {
    const auto power = static_cast<int64_t>(kPowersOfTen[static_cast<size_t>(exponent)]);
    const int64_t most = ((int64_t{1} << 51) - 1) / power;
    for (size_t size = 1; size < 70; ++size) {
      std::vector<int64_t> expected(size);
      std::vector<int64_t> mantissas(size);
      for (size_t i = 0; i < size; ++i) {
        expected[i] = static_cast<int64_t>(random.Below(static_cast<uint64_t>(most) + 1));
        if (random.Bernoulli(0.2)) expected[i] = most;
        if (random.Bernoulli(0.5)) expected[i] = -expected[i];
        if (random.Bernoulli(0.1)) expected[i] = kMissing;
        mantissas[i] = expected[i] == kMissing ? kMissing : expected[i] * power;
      }
      std::vector<int64_t> quotients(size);
      ASSERT_EQ(DivideMantissas(mantissas, exponent, quotients.data()), size);
      ASSERT_EQ(quotients, expected);
      const size_t at = random.Below(size);
      for (const int64_t odd : {power - 1, power + 1, power / 2, -power / 10, most * power + 1,
                                (int64_t{1} << 51) / power * power + power, int64_t{1} << 62,
                                std::numeric_limits<int64_t>::max()}) {
        if (odd % power == 0 && std::abs(odd) < int64_t{1} << 51) continue;
        mantissas[at] = odd;
        const size_t stopped = DivideMantissas(mantissas, exponent, quotients.data());
        ASSERT_LE(stopped, at) << odd << " by " << power;
        ASSERT_GT(stopped + 8, at);
      }
    }
  }
}

}  // namespace
}  // namespace thalweg
