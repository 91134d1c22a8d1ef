#include "frame/chunk.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "frame/chunk_builder.h"

namespace thalweg {
namespace {

TEST(ChunkTest, IntegersReadBack) {
  const std::vector<int64_t> cells = {3, kMissingInt, -7, 1'000'000'007, 0};
  const ChunkPtr chunk = EncodeIntegers(cells);
  std::vector<int64_t> ints(cells.size());
  chunk->Decode(0, std::span<int64_t>(ints));
  EXPECT_EQ(ints, cells);
  EXPECT_EQ(chunk->missing(), 1U);
  EXPECT_TRUE(chunk->integral());
  std::vector<double> reals(3);
  chunk->Decode(1, std::span<double>(reals));
  EXPECT_TRUE(std::isnan(reals[0]));
  EXPECT_EQ(reals[1], -7);
  EXPECT_EQ(reals[2], 1'000'000'007);
}

TEST(ChunkTest, NegativeZeroIsNoInteger) {
  EXPECT_FALSE(EncodeReals(std::vector<double>(10, -0.0))->integral());
  EXPECT_FALSE(EncodeReals(std::vector<double>{1, -0.0, 3})->integral());
  EXPECT_TRUE(EncodeReals(std::vector<double>{1, 0.0, 3})->integral());
}

TEST(ChunkTest, DecimalsReadBackBitByBit) {
  std::vector<double> cells;
  for (int i = 0; i < 100; ++i) cells.insert(cells.end(), {12.34, -0.1, 1e-3, 100});
  const ChunkPtr chunk = EncodeReals(cells);
  EXPECT_EQ(chunk->encoding(), EncodingId::kBitPacked);
  EXPECT_FALSE(chunk->integral());
  std::vector<double> reals(cells.size());
  chunk->Decode(0, std::span<double>(reals));
  EXPECT_EQ(reals, cells);
}

TEST(ChunkTest, CommonDivisorsTakeNoRoom) {
  constexpr int64_t kDay = 86'400'000;
  constexpr size_t kRows = 10'000;
  Random random(1);
  std::vector<int64_t> days(kRows), seconds(kRows), any(kRows);
  for (size_t i = 0; i < kRows; ++i) {
    days[i] = kDay * (static_cast<int64_t>(random.Below(16'000)) - 4000);
    seconds[i] = i % 9 == 2 ? kMissingInt : 1000 * static_cast<int64_t>(random.Below(1 << 20)) + 7;
    any[i] = static_cast<int64_t>(random.Below(uint64_t{1} << 40));
  }
  EXPECT_LE(EncodeIntegers(days)->ByteSize(), kRows * 14 / 8 + 200);
  EXPECT_LE(EncodeIntegers(seconds)->ByteSize(), kRows * 21 / 8 + 200);
  EXPECT_GE(EncodeIntegers(any)->ByteSize(), kRows * 40 / 8);
  // One cell that is no multiple.
  days[kRows - 1] += 1;
  EXPECT_GE(EncodeIntegers(days)->ByteSize(), kRows * 40 / 8);
  for (const std::vector<int64_t>& cells : {days, seconds, any}) {
    const ChunkPtr chunk = EncodeIntegers(cells);
    std::vector<int64_t> back(kRows - 3);
    chunk->Decode(3, std::span<int64_t>(back));
    EXPECT_TRUE(std::equal(back.begin(), back.end(), cells.begin() + 3));
  }
}

TEST(ChunkTest, StringsAndUuidsReadBack) {
  const std::vector<std::string_view> cells = {"a", "", std::string_view(), "long enough text"};
  const ChunkPtr strings = EncodeStrings(cells);
  std::vector<std::string_view> out(cells.size());
  strings->Decode(0, std::span<std::string_view>(out));
  EXPECT_EQ(out, cells);
  EXPECT_NE(out[1].data(), nullptr);
  EXPECT_EQ(out[2].data(), nullptr);

  const std::vector<Uuid> uuids = {{1, 2}, kMissingUuid, {3, 4}};
  const ChunkPtr chunk = EncodeUuids(uuids);
  EXPECT_EQ(chunk->missing(), 1U);
  std::vector<Uuid> back(2);
  chunk->Decode(1, std::span<Uuid>(back));
  EXPECT_EQ(back, (std::vector<Uuid>{kMissingUuid, {3, 4}}));
}

TEST(ChunkTest, SparseCellsCostTheirEntriesNotTheirRows) {
  // Spread out, these rows would take 16 GB.
  constexpr uint32_t kRows = uint32_t{1} << 31;
  std::vector<uint32_t> rows;
  for (uint32_t i = 0; i < 900; ++i) rows.push_back(i);
  rows.push_back(kRows - 1);
  const std::vector<double> values(rows.size(), 2.5);
  const ChunkPtr chunk = EncodeSparse(kRows, rows, values);
  EXPECT_TRUE(chunk->sparse());
  EXPECT_LT(chunk->ByteSize(), 20'000U);
  EXPECT_EQ(chunk->nonzeros(), rows.size());
  std::vector<double> cells(5, -1);
  chunk->Decode(897, std::span<double>(cells));
  EXPECT_EQ(cells, (std::vector<double>{2.5, 2.5, 2.5, 0, 0}));
  chunk->Decode(kRows - 5, std::span<double>(cells));
  EXPECT_EQ(cells, (std::vector<double>{0, 0, 0, 0, 2.5}));
}

TEST(ChunkTest, WrongReadsAreInternalErrors) {
  const ChunkPtr numbers = EncodeReals(std::vector<double>{1.5, 2.5});
  std::vector<double> doubles(3);
  EXPECT_THROW(numbers->Decode(0, std::span<double>(doubles)), InternalError);
  EXPECT_THROW(numbers->Decode(3, std::span<double>()), InternalError);
  std::vector<int64_t> ints(1);
  EXPECT_THROW(numbers->Decode(0, std::span<int64_t>(ints)), InternalError);
  std::vector<std::string_view> strings(1);
  EXPECT_THROW(numbers->Decode(0, std::span<std::string_view>(strings)), InternalError);
  const ChunkPtr text = EncodeStrings(std::vector<std::string_view>{"a", "b"});
  EXPECT_THROW(text->Decode(0, std::span<double>(doubles).first(1)), InternalError);
  EXPECT_THROW(EncodeSparse(3, std::vector<uint32_t>{1, 1}, std::vector<double>{1, 1}),
               InternalError);
  EXPECT_THROW(EncodeSparse(3, std::vector<uint32_t>{3}, std::vector<double>{1}), InternalError);
}

TEST(ChunkTest, NoRows) {
  EXPECT_EQ(EncodeIntegers({})->encoding(), EncodingId::kConstant);
  EXPECT_EQ(EncodeStrings({})->rows(), 0U);
}

}  // namespace
}  // namespace thalweg
