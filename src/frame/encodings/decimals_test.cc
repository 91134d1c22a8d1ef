#include "frame/encodings/decimals.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "frame/chunk_builder.h"
#include "frame/types.h"
#include "kernels/decimal.h"

namespace thalweg {
namespace {

uint64_t Bits(double value) { return std::bit_cast<uint64_t>(value); }

std::string RandomDecimal(Random& random, int digits, int decimals) {
  std::string text = random.Bernoulli(0.3) ? "-" : "";
  const int whole = std::max(1, digits - decimals);
  for (int i = 0; i < whole; ++i) {
    text += static_cast<char>('0' + (i == 0 && whole > 1 ? 1 + random.Below(9) : random.Below(10)));
  }
  if (decimals == 0) return text;
  text += '.';
  for (int i = 0; i < decimals; ++i) text += static_cast<char>('0' + random.Below(10));
  return text;
}

// The rule: what a text of up to 15 digits parses to reads back the same, and takes the room of its
// digits; what has more digits reads back the same, too, in whatever form.
TEST(DecimalsTest, WhatTextParsesToReadsBackBitByBit) {
  Random random(1);
  for (int digits = 1; digits <= 19; ++digits) {
    for (int decimals = 0; decimals <= std::min(digits, 18); ++decimals) {
      std::vector<double> cells;
      for (int i = 0; i < 300; ++i) {
        const std::string text = RandomDecimal(random, digits, decimals);
        cells.push_back(ParseReal(text).value());
        // "-0.00" is not a decimal of ours.
        if (cells.back() == 0) cells.back() = 0;
      }
      const ChunkPtr chunk = EncodeReals(cells);
      std::vector<double> back(cells.size());
      chunk->Decode(0, std::span<double>(back));
      for (size_t i = 0; i < cells.size(); ++i) ASSERT_EQ(Bits(back[i]), Bits(cells[i]));
      if (digits <= 15 && decimals < digits) {
        std::vector<int64_t> mantissas;
        const std::optional<int> scale = internal::FindDecimals(cells, &mantissas);
        ASSERT_TRUE(scale.has_value()) << digits << " digits, " << decimals << " decimals";
        EXPECT_LE(*scale, decimals);
      }
    }
  }
}

TEST(DecimalsTest, MantissasAndTheirDoublesGiveTheSameCells) {
  Random random(2);
  for (int scale = 0; scale <= kMaxScale; ++scale) {
    for (const uint64_t bound : {uint64_t{1000}, uint64_t{1} << 40, uint64_t{1} << 53,
                                 uint64_t{1} << 54, uint64_t{1} << 63}) {
      std::vector<int64_t> mantissas;
      std::vector<double> cells;
      for (int i = 0; i < 200; ++i) {
        int64_t m = static_cast<int64_t>(random.Below(bound));
        if (random.Bernoulli(0.5)) m = -m;
        if (random.Bernoulli(0.1)) m = kMissingInt;
        mantissas.push_back(m);
        cells.push_back(m == kMissingInt
                            ? kMissingReal
                            : *ParseReal(std::to_string(m) + "e-" + std::to_string(scale)));
      }
      const ChunkPtr chunk = EncodeDecimals(mantissas, scale);
      std::vector<double> back(cells.size());
      chunk->Decode(0, std::span<double>(back));
      for (size_t i = 0; i < cells.size(); ++i) {
        ASSERT_EQ(Bits(back[i]), Bits(cells[i])) << mantissas[i] << " scale " << scale;
      }
    }
  }
}

TEST(DecimalsTest, TrailingZerosAreDropped) {
  const std::vector<int64_t> prices = {1200, 300, kMissingInt, -4500};
  const ChunkPtr chunk = EncodeDecimals(prices, 2);
  EXPECT_TRUE(chunk->integral());
  std::vector<int64_t> ints(4);
  chunk->Decode(0, std::span<int64_t>(ints));
  EXPECT_EQ(ints, (std::vector<int64_t>{12, 3, kMissingInt, -45}));
}

TEST(DecimalsTest, CommonZerosAreDropped) {
  Random random(3);
  std::vector<int64_t> found;
  const auto zeros = [&](const std::vector<int64_t>& mantissas, int limit) {
    return internal::DropCommonZeros(mantissas, limit, &found);
  };
  EXPECT_EQ(zeros({1200, -30, 0, kMissingInt}, 5), 1);
  EXPECT_EQ(found, (std::vector<int64_t>{120, -3, 0, kMissingInt}));
  EXPECT_EQ(zeros({1200, -30, 7}, 5), 0);
  EXPECT_EQ(zeros({0, kMissingInt}, 5), 5);
  EXPECT_EQ(zeros({1000}, 2), 2);
  EXPECT_EQ(zeros({}, 2), 2);
  EXPECT_EQ(zeros({100}, 0), 0);
  for (int exponent = 1; exponent <= 18; ++exponent) {
    const auto power = static_cast<int64_t>(kPowersOfTen[static_cast<size_t>(exponent)]);
    // Small ones, some large ones among them, and any.
    for (const double large : {0.0, 0.02, 1.0}) {
      std::vector<int64_t> mantissas;
      std::vector<int64_t> quotients;
      for (int i = 0; i < 500; ++i) {
        const auto most = static_cast<uint64_t>(INT64_MAX / power);
        const uint64_t small = std::min((uint64_t{1} << 51) / static_cast<uint64_t>(power), most);
        int64_t q =
            static_cast<int64_t>(random.Below((random.Bernoulli(large) ? most : small) + 1));
        if (random.Bernoulli(0.5)) q = -q;
        const bool missing = random.Bernoulli(0.05);
        quotients.push_back(missing ? kMissingInt : q);
        mantissas.push_back(missing ? kMissingInt : q * power);
      }
      ASSERT_EQ(zeros(mantissas, exponent), exponent);
      ASSERT_EQ(found, quotients);
      // One late mantissa has fewer zeros.
      const size_t at = 400 + random.Below(100);
      const int fewer = static_cast<int>(random.Below(static_cast<uint64_t>(exponent)));
      mantissas[at] = static_cast<int64_t>(kPowersOfTen[static_cast<size_t>(fewer)]) * -7;
      ASSERT_EQ(zeros(mantissas, exponent), fewer);
      if (fewer == 0) continue;
      for (size_t i = 0; i < mantissas.size(); ++i) {
        const auto divisor = static_cast<int64_t>(kPowersOfTen[static_cast<size_t>(fewer)]);
        const int64_t m = mantissas[i];
        ASSERT_EQ(found[i], m == kMissingInt ? m : m / divisor) << m;
      }
    }
  }
}

TEST(DecimalsTest, NotDecimals) {
  std::vector<int64_t> mantissas;
  for (const double odd : {-0.0, 1.0 / 3, 0x1p60, HUGE_VAL, 0x1p-1074}) {
    std::vector<double> cells(1000, 0.25);
    cells[777] = odd;
    EXPECT_EQ(internal::FindDecimals(cells, &mantissas), std::nullopt) << odd;
  }
  // A late cell raises the scale.
  std::vector<double> cells(1000, 0.5);
  cells[999] = 0.001;
  EXPECT_EQ(internal::FindDecimals(cells, &mantissas), 3);
  EXPECT_EQ(mantissas[0], 500);
  EXPECT_EQ(mantissas[999], 1);
}

}  // namespace
}  // namespace thalweg
