#include "server/schemas/lenient_json.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"

namespace thalweg {
namespace {

std::string Text(std::string_view lenient) {
  return boost::json::serialize(ParseLenientJson(lenient, "it"));
}

TEST(LenientJson, ReadsWhatClientsWrite) {
  const struct {
    const char* lenient;
    const char* strict;
  } cases[] = {
      {R"({"strategy": RandomDiscrete,"max_models": 3})",
       R"({"strategy":"RandomDiscrete","max_models":3})"},
      {R"({"hidden": [[3],[2,2]],"activation": [Tanh,Rectifier],"l1": [0.0,1e-05]})",
       R"({"hidden":[[3],[2,2]],"activation":["Tanh","Rectifier"],"l1":[0E0,1E-5]})"},
      {R"({a: 'x y', b: "q\"r"})", R"({"a":"x y","b":"q\"r"})"},
      {"[True,false,None,null, two words ,-1]", R"([true,false,null,null,"two words",-1])"},
      {" {} ", "{}"},
      {"[]", "[]"},
      {"[a-b.c/d]", R"(["a-b.c/d"])"},
      {"[1.2.3,1e999]", R"(["1.2.3","1e999"])"},
  };
  for (const auto& c : cases) EXPECT_EQ(Text(c.lenient), c.strict) << c.lenient;
}

TEST(LenientJson, SaysWhereItBreaks) {
  for (const char* bad :
       {"", "{", "[1", "{\"a\" 1}", "{\"a\": }", "[1,,2]", "[\"a]", "{} x", "]", "{a:1,}"}) {
    EXPECT_THROW(ParseLenientJson(bad, "it"), UserError) << bad;
  }
  const std::string deep(1000, '[');
  EXPECT_THROW(ParseLenientJson(deep, "it"), UserError);
}

}  // namespace
}  // namespace thalweg
