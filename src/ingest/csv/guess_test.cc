#include "ingest/csv/guess.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace thalweg::internal {
namespace {

TEST(GuessSeparator, Table) {
  const struct {
    const char* text;
    char expected;
  } cases[] = {{"a,b\n1,2\n", ','},
               {"a\tb\n1\t2,5\n", '\t'},
               {"a;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n", ';'},
               {"a|b|c\nx, y|2|3\nx|2|3\n", '|'},
               {"a\x01"
                "b\n1\x01"
                "2\n",
                '\x01'},
               {"\"a;b\",c\n\"d;e\",f\n", ','},
               {"5.1 3.5 1.4\n4.9 3.0 1.4\n", ' '},
               {"25 Private 226802 11th 7\n38 Private 89814 HS 9\n", ' '},
               {"the quick fox\nover the dog\n", ','},
               {"one\ntwo\nthree\n", ','},
               {"ham\tOk, but they said\nspam\tFree, call now, ok\nham\tyes\n", '\t'},
               {"2020-01-01 10:00,5\n2020-01-02 11:00,6\n", ','}};
  for (const auto& test : cases) {
    EXPECT_EQ(GuessSeparator(test.text, true, Dialect()), test.expected) << test.text;
  }
  Dialect comma;
  comma.decimal_comma = true;
  EXPECT_EQ(GuessSeparator("1,5;2,5\n1,5;2,5\n", true, comma), ';');
  EXPECT_EQ(GuessSeparator("1,5\n2,5\n", true, comma), ';');
}

class GuessTypeTest : public ::testing::Test {
 protected:
  TypeGuess Guess(const std::vector<std::string>& texts) {
    std::vector<SampledCell> cells;
    cells.reserve(texts.size());
    for (const std::string& text : texts) cells.push_back({text, false});
    return GuessType(cells, na_, {&dialect_, zone_.get(), &DefaultTimePatterns()});
  }

  Dialect dialect_;
  NaStrings na_{{"", "NA"}};
  std::shared_ptr<const TimeZone> zone_ = TimeZone::Load("UTC");
};

TEST_F(GuessTypeTest, Types) {
  const struct {
    std::vector<std::string> cells;
    ColumnType type;
  } cases[] = {
      {{"1", "", "NA", "-3"}, ColumnType::kInteger},
      {{"1", "2.5"}, ColumnType::kReal},
      {{"1e5"}, ColumnType::kReal},
      {{"x", "y"}, ColumnType::kCategorical},
      {{"1", "x"}, ColumnType::kCategorical},
      {{"2020-01-01", "2020-01-01 10:00:00"}, ColumnType::kTime},
      {{"2020-1-1", "2020-11-12"}, ColumnType::kTime},
      {{"01/31/2020", "1/2/2020"}, ColumnType::kTime},
      {{"31/01/2020"}, ColumnType::kCategorical},
      {{"2020-01-01", "01/31/2020"}, ColumnType::kCategorical},
      {{"2020-01-01", "5"}, ColumnType::kCategorical},
      {{"123e4567-e89b-12d3-a456-426614174000"}, ColumnType::kUuid},
      {{"true", "false"}, ColumnType::kCategorical},
  };
  for (const auto& test : cases) EXPECT_EQ(Guess(test.cells).type, test.type) << test.cells[0];
  EXPECT_TRUE(Guess({"", "NA"}).unknown);
  EXPECT_TRUE(Guess({}).unknown);
}

TEST_F(GuessTypeTest, TextIsCategoricalUnlessNearlyAllDiffer) {
  const auto texts = [](size_t distinct, size_t repeated) {
    std::vector<std::string> list;
    for (size_t i = 0; i < distinct; ++i) list.push_back(fmt::format("v{}", i));
    for (size_t i = 0; i < repeated; ++i) list.emplace_back("v0");
    return list;
  };
  EXPECT_EQ(Guess(texts(100, 0)).type, ColumnType::kCategorical);
  EXPECT_EQ(Guess(texts(101, 0)).type, ColumnType::kString);
  EXPECT_EQ(Guess(texts(950, 50)).type, ColumnType::kString);
  EXPECT_EQ(Guess(texts(949, 51)).type, ColumnType::kCategorical);
}

}  // namespace
}  // namespace thalweg::internal
