#include "ingest/csv/numbers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "base/random.h"
#include "base/text.h"
#include "ingest/csv/na_strings.h"

namespace thalweg::internal {
namespace {

// Text with readable bytes behind it, as the fast forms need.
class Padded {
 public:
  explicit Padded(const std::string& text)
      : text_(text + ",7.5,123,99999999"), size_(text.size()) {}
  const char* data() const { return text_.data(); }
  int64_t size() const { return static_cast<int64_t>(size_); }

 private:
  std::string text_;
  size_t size_;
};

TEST(Numbers, FastIntegerAgreesWithParseInt) {
  Random random(1);
  for (int i = 0; i < 200000; ++i) {
    const size_t length = 1 + random.Below(18);
    std::string text;
    for (size_t k = 0; k < length; ++k) {
      text += random.Below(60) == 0 ? "-+. ,a/:;"[random.Below(9)]
                                    : static_cast<char>('0' + random.Below(10));
    }
    if (random.Below(4) == 0) text.insert(0, "-");
    const Padded padded(text);
    int64_t value = 0;
    if (!FastInteger(padded.data(), padded.size(), value)) {
      const bool plain =
          text.find_first_not_of("0123456789", text[0] == '-' ? 1 : 0) == std::string::npos;
      const size_t digits = text.size() - (text[0] == '-' ? 1 : 0);
      const bool minus_zero = text[0] == '-' && text.find_first_not_of("-0") == std::string::npos;
      EXPECT_FALSE(plain && digits > 0 && digits <= 16 && !minus_zero) << text;
      continue;
    }
    const auto expected = ParseInt(text);
    ASSERT_TRUE(expected) << text;
    EXPECT_EQ(value, *expected) << text;
  }
}

TEST(Numbers, FastDecimalAgreesWithParseReal) {
  Random random(2);
  size_t taken = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    const size_t length = 1 + random.Below(17);
    for (size_t k = 0; k < length; ++k) {
      text += random.Below(80) == 0 ? "-+.,e "[random.Below(6)]
                                    : static_cast<char>('0' + random.Below(10));
    }
    if (random.Below(2) == 0) text.insert(random.Below(text.size() + 1), ".");
    if (random.Below(4) == 0) text.insert(0, "-");
    const Padded padded(text);
    int64_t mantissa = 0;
    int scale = 0;
    if (!FastDecimal(padded.data(), padded.size(), '.', mantissa, scale)) continue;
    ++taken;
    const auto expected = ParseReal(text);
    ASSERT_TRUE(expected) << text;
    ASSERT_LE(scale, 15) << text;
    if (std::abs(mantissa) > kMaxMantissa) continue;
    const double value = static_cast<double>(mantissa) /
                         static_cast<double>(kPowersOfTen[static_cast<size_t>(scale)]);
    EXPECT_EQ(std::bit_cast<uint64_t>(value), std::bit_cast<uint64_t>(*expected)) << text;
  }
  EXPECT_GT(taken, 100000u);
}

TEST(Numbers, ParseNumberAgreesWithParseReal) {
  Random random(3);
  for (int i = 0; i < 100000; ++i) {
    double value = 0;
    const uint64_t bits = random.Next();
    std::memcpy(&value, &bits, sizeof(value));
    if (!std::isfinite(value)) continue;
    std::string text = fmt::format("{}", value);
    if (random.Below(2) == 0)
      text = fmt::format("{:.{}f}", random.Normal() * 1000, random.Below(25));
    const Number number = ParseNumber(text, false);
    ASSERT_NE(number.kind, Number::Kind::kNone) << text;
    const double parsed = number.AsReal();
    const double expected = *ParseReal(text);
    EXPECT_EQ(std::bit_cast<uint64_t>(parsed), std::bit_cast<uint64_t>(expected)) << text;
  }
}

TEST(Numbers, Kinds) {
  using Kind = Number::Kind;
  const struct {
    const char* text;
    Kind kind;
    double value;
  } cases[] = {{"5", Kind::kInteger, 5},
               {" 5\t", Kind::kInteger, 5},
               {"+5", Kind::kInteger, 5},
               {"007", Kind::kInteger, 7},
               {"1,234", Kind::kInteger, 1234},
               {"12,345,678", Kind::kInteger, 12345678},
               {"1,234.5", Kind::kDecimal, 1234.5},
               {"-0", Kind::kReal, -0.0},
               {"1e5", Kind::kReal, 1e5},
               {"1.", Kind::kDecimal, 1},
               {".5", Kind::kDecimal, 0.5},
               {"-Inf", Kind::kReal, -HUGE_VAL},
               {"1,23", Kind::kNone, 0},
               {"1234,567", Kind::kNone, 0},
               {",123", Kind::kNone, 0},
               {"1,", Kind::kNone, 0},
               {".", Kind::kNone, 0},
               {"-", Kind::kNone, 0},
               {"", Kind::kNone, 0},
               {" ", Kind::kNone, 0},
               {"1e", Kind::kNone, 0},
               {"1.2.3", Kind::kNone, 0},
               {"+-5", Kind::kNone, 0},
               {"0x10", Kind::kNone, 0},
               {"5 6", Kind::kNone, 0},
               {"infinite", Kind::kNone, 0}};
  for (const auto& test : cases) {
    const Number number = ParseNumber(test.text, false);
    EXPECT_EQ(number.kind, test.kind) << test.text;
    if (number.kind != Kind::kNone) {
      EXPECT_EQ(number.AsReal(), test.value) << test.text;
    }
  }
  EXPECT_EQ(ParseNumber("1.234,5", true).AsReal(), 1234.5);
  EXPECT_EQ(ParseNumber("1,234", true).AsReal(), 1.234);
}

TEST(NaStrings, ExactText) {
  const NaStrings na({"", "NA", "-999", "n/a"});
  for (const char* text : {"", "NA", "-999", "n/a"}) EXPECT_TRUE(na.Contains(text)) << text;
  for (const char* text : {"N", "na", "NAN", "-99", "999", "x"}) EXPECT_FALSE(na.Contains(text));
  EXPECT_TRUE(na.has_number());
  EXPECT_FALSE(NaStrings({"NA", "nan"}).has_number());
}

}  // namespace
}  // namespace thalweg::internal
