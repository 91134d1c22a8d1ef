#include "server/http/url.h"

#include <gmock/gmock.h>

namespace thalweg {
namespace {

using testing::ElementsAre;
using testing::Optional;
using testing::Pair;

TEST(PercentDecode, DecodesAndKeepsTheRest) {
  EXPECT_EQ(PercentDecode("a%20b%2Fc%c3%a4+d$[x]"), "a b/c\xc3\xa4+d$[x]");
  EXPECT_EQ(PercentDecode("%41"), "A");
  EXPECT_EQ(PercentDecode(""), "");
}

TEST(PercentDecode, RefusesWhatIsMalformed) {
  for (const char* text : {"%", "%1", "a%2", "%zz", "%2g", "x%00y", "%%20"}) {
    EXPECT_EQ(PercentDecode(text), std::nullopt) << text;
  }
  EXPECT_EQ(PercentDecode(std::string_view("a\0b", 3)), std::nullopt);
}

TEST(PercentEncode, ReadsBack) {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(PercentDecode(PercentEncode(all)), all);
  EXPECT_EQ(PercentEncode("a b~/"), "a%20b~%2F");
}

TEST(ParseQuery, SplitsAtAmpersandAndFirstEquals) {
  EXPECT_THAT(ParseQuery("a=1&b=x+y%26&&c&d==2&a=3&=v"),
              Optional(ElementsAre(Pair("a", "1"), Pair("b", "x y&"), Pair("c", ""),
                                   Pair("d", "=2"), Pair("a", "3"), Pair("", "v"))));
  EXPECT_EQ(ParseQuery("")->size(), 0U);
  EXPECT_EQ(ParseQuery("a=%0"), std::nullopt);
}

TEST(ParseQuery, LimitsTheNumberOfFields) {
  EXPECT_EQ(ParseQuery("a&b&c", 3)->size(), 3U);
  EXPECT_EQ(ParseQuery("a&b&c&d", 3), std::nullopt);
}

}  // namespace
}  // namespace thalweg
