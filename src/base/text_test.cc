#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace thalweg {
namespace {

TEST(TextTest, Numbers) {
  EXPECT_EQ(ParseInt("-42"), -42);
  EXPECT_EQ(ParseInt("+7"), 7);
  EXPECT_EQ(ParseInt("9223372036854775807"), INT64_MAX);
  for (const char* bad : {"", "1.0", " 1", "+-1", "9223372036854775808", "1x"}) {
    EXPECT_FALSE(ParseInt(bad)) << bad;
  }
  EXPECT_EQ(ParseReal("12.34"), 12.34);
  EXPECT_EQ(ParseReal("1e400"), INFINITY);
  EXPECT_EQ(ParseReal("-Inf"), -INFINITY);
  EXPECT_TRUE(std::isnan(*ParseReal("NaN")));
  for (const char* bad : {"", "1,5", "1.2.3", " 1", "0x10"}) EXPECT_FALSE(ParseReal(bad)) << bad;
}

TEST(TextTest, ForPeople) {
  EXPECT_EQ(WithThousands(-1234567), "-1,234,567");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(HumanBytes(999), "999 B");
  EXPECT_EQ(HumanBytes(1536), "1.54 KB");
  EXPECT_EQ(HumanBytes(20'000'000), "20.0 MB");
  EXPECT_EQ(HumanDuration(75), "1 min 15 s");
  EXPECT_EQ(HumanDuration(7300), "2 h 1 min");
}

TEST(TextTest, PrintableIsSafeForATerminal) {
  EXPECT_EQ(Printable("a\x1b[31m\n"), "a\\x1b[31m\\n");
  EXPECT_EQ(Printable("ééé", 3), "éé…");
}

TEST(TextTest, Utf8) {
  EXPECT_EQ(ToValidUtf8("aé€😀"), "aé€😀");
  for (const char* bad : {"\x80", "\xc0", "\xff", "\xe9"}) {
    EXPECT_EQ(ToValidUtf8(std::string("a") + bad + "b"),
              "a\xef\xbf\xbd"
              "b")
        << bad;
  }
  EXPECT_EQ(Utf8Length("\xc0\x80"), 0u);          // overlong
  EXPECT_EQ(Utf8Length("\xed\xa0\x80"), 0u);      // surrogate
  EXPECT_EQ(Utf8Length("\xf4\x90\x80\x80"), 0u);  // beyond U+10FFFF
  EXPECT_EQ(Printable("N\xe4"), "N\\xe4");
}

TEST(TextTest, NearestWord) {
  EXPECT_EQ(NearestWord("hiden", {"epochs", "hidden"}), "hidden");
  EXPECT_EQ(NearestWord("nope", {"age"}), "");
  EXPECT_EQ(NearestWord("completely", {"epochs", "hidden"}), "");
}

TEST(TextTest, SplitAndTrim) {
  EXPECT_THAT(Split("a,,b", ','), testing::ElementsAre("a", "", "b"));
  EXPECT_THAT(Split("", ','), testing::ElementsAre(""));
  EXPECT_EQ(Trim(" \ta b\r\n"), "a b");
}

TEST(Text, ParseBytes) {
  EXPECT_EQ(ParseBytes("1000"), 1000U);
  EXPECT_EQ(ParseBytes("8g"), uint64_t{8} << 30);
  EXPECT_EQ(ParseBytes("500 MB"), uint64_t{500} << 20);
  EXPECT_EQ(ParseBytes("1.5GiB"), uint64_t{3} << 29);
  EXPECT_EQ(ParseBytes("2K"), 2048U);
  for (const char* bad : {"", "g", "-1", "8x", "8 gg", "1.2.3"}) {
    EXPECT_EQ(ParseBytes(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace thalweg
