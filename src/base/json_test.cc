#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"

namespace thalweg {
namespace {

double RoundTrip(double value) {
  return ParseJson(FormatJson(JsonArray{value}), "test").at(0).to_number<double>();
}

TEST(JsonTest, NumbersReadBackAsTheSameBits) {
  for (double value : {static_cast<double>(std::numeric_limits<float>::max()), 0.1, 1e-320, 5e-324,
                       std::numeric_limits<double>::max(), 1.7648857681557684, -2.5e-17}) {
    EXPECT_EQ(RoundTrip(value), value);
  }
  Random random(1);
  for (int i = 0; i < 20000; ++i) {
    const auto value = std::bit_cast<double>(random.Next());
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(RoundTrip(value), value);
  }
}

TEST(JsonTest, ZeroKeepsItsSign) {
  EXPECT_EQ(FormatJson(JsonArray{-0.0, 0.0, 3.0}), "[-0.0, 0, 3]");
  EXPECT_TRUE(std::signbit(RoundTrip(-0.0)));
  EXPECT_FALSE(std::signbit(RoundTrip(0.0)));
}

TEST(JsonTest, Values) {
  const Json value = ParseJson(
      R"( {"a": [1, -2, 3.5, 1e3, true, null, "xé\n"], "b": {}, "c": [], "d": 18446744073709551615} )",
      "test");
  EXPECT_EQ(value.at("a").as_array().size(), 7U);
  EXPECT_EQ(value.at("a").at(1).as_int64(), -2);
  EXPECT_EQ(value.at("a").at(2).as_double(), 3.5);
  EXPECT_EQ(value.at("a").at(3).to_number<double>(), 1000);
  EXPECT_EQ(value.at("a").at(6).as_string(), "x\xc3\xa9\n");
  EXPECT_TRUE(value.at("b").as_object().empty());
  EXPECT_TRUE(value.at("c").as_array().empty());
  EXPECT_EQ(value.at("d").as_uint64(), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(ParseJson("2.5", "test").as_double(), 2.5);
}

TEST(JsonTest, MistakesAreTold) {
  for (const char* text : {"", "{", "[1,]", "{\"a\" 1}", "1 2", "[1] x", "nul", "\"\xff\"", "-"}) {
    EXPECT_THROW(ParseJson(text, "test"), UserError) << text;
  }
  EXPECT_THROW(ParseJson(std::string(100, '[') + std::string(100, ']'), "test"), UserError);
}

}  // namespace
}  // namespace thalweg
