#include "frame/cell_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "frame/chunk_builder.h"

namespace thalweg {
namespace {

TEST(CellTextTest, Times) {
  EXPECT_EQ(TimeText(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(TimeText(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(TimeText(951'782'400'000), "2000-02-29T00:00:00Z");
  EXPECT_EQ(TimeText(253'402'300'800'000), "+10000-01-01T00:00:00Z");
  EXPECT_EQ(TimeText(-62'198'755'200'000), "-0001-01-01T00:00:00Z");
}

Frame OneColumn(ColumnType type, const ChunkPtr& chunk, const DomainPtr& domain = nullptr) {
  auto layout = std::make_shared<Layout>(std::vector<int64_t>{0, chunk->rows()});
  auto column = std::make_shared<Column>(type, std::vector<ChunkPtr>{chunk}, domain);
  return Frame(layout, {"c"}, {column});
}

TEST(CellTextTest, EveryType) {
  using testing::ElementsAre;
  const std::array<double, 3> reals = {0.1, kMissingReal, 1e300};
  EXPECT_THAT(CellTexts(OneColumn(ColumnType::kReal, EncodeReals(reals)), 0, 0, 3),
              ElementsAre("0.1", "", "1e+300"));
  const std::array<int64_t, 3> codes = {1, kMissingInt, 0};
  EXPECT_THAT(CellTexts(OneColumn(ColumnType::kInteger, EncodeIntegers(codes)), 0, 0, 3),
              ElementsAre("1", "", "0"));
  auto domain = std::make_shared<Domain>(std::vector<std::string>{"blue", "red"});
  EXPECT_THAT(
      CellTexts(OneColumn(ColumnType::kCategorical, EncodeIntegers(codes), domain), 0, 0, 2),
      ElementsAre("red", ""));
  const std::array<std::string_view, 2> strings = {"a\"b", std::string_view()};
  EXPECT_THAT(CellTexts(OneColumn(ColumnType::kString, EncodeStrings(strings)), 0, 0, 2),
              ElementsAre("a\"b", ""));
  const std::array<Uuid, 2> uuids = {Uuid{0x123e4567e89b12d3, 0xa456426614174000}, kMissingUuid};
  EXPECT_THAT(CellTexts(OneColumn(ColumnType::kUuid, EncodeUuids(uuids)), 0, 0, 2),
              ElementsAre("123e4567-e89b-12d3-a456-426614174000", ""));
}

}  // namespace
}  // namespace thalweg
