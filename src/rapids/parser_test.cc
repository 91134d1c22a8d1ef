#include "rapids/parser.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/error.h"

namespace thalweg::internal {
namespace {

TEST(RapidsParser, PrintsWhatItRead) {
  const struct {
    const char* text;
    const char* printed;
  } cases[] = {
      {"3", "3.0"},
      {" -.5 ", "-0.5"},
      {"1e3", "1000.0"},
      {"NaN", "NaN"},
      {"nan", "NaN"},
      {"-Infinity", "-inf"},
      {"abc", "abc"},
      {"-", "-"},
      {"'it\\'s'", "'it's'"},
      {"\"a\\x41\\u00e9\\U0001F600\\n\"", "'aA\u00e9\U0001F600\n'"},
      {"[]", "[]"},
      {"[1,2 3:4 5:6:7]", "[1.0 2.0 3.0:4.0 5.0:6.0:7.0]"},
      {"['a','b' \"c\"]", "['a' 'b' 'c']"},
      {"[True FALSE NA]", "[1.0 0.0 NaN]"},
      {"{ x y . (+ x y) }", "{ x y . (+ x y )}"},
      {"{.1}", nullptr},
      {"{ . 1}", "{ . 1.0}"},
      {"(f 1)->t", "(tmp= t (f 1.0 ) )"},
      {"(, (a) [0:nan])", "(, (a ) [0.0:inf] )"},
      {"", nullptr},
      {"()", nullptr},
      {"(+ 1 2", nullptr},
      {"(+ 1 2))", nullptr},
      {"[1 'a']", nullptr},
      {"[1:0]", nullptr},
      {"[1:2:0]", nullptr},
      {"[a]", nullptr},
      {"'abc", nullptr},
      {"'\\q'", nullptr},
      {"'\\ud800'", nullptr},
      {"{ 1 . x }", nullptr},
      {"{ x . x x }", nullptr},
      {"\\", nullptr},
  };
  for (const auto& c : cases) {
    if (c.printed == nullptr) {
      EXPECT_THROW(ParseRapids(c.text), UserError) << c.text;
    } else {
      EXPECT_EQ(AstText(*ParseRapids(c.text)), c.printed) << c.text;
    }
  }
}

TEST(RapidsParser, RefusesWhatIsTooLarge) {
  const std::string deep = std::string(2000, '(') + "a" + std::string(2000, ')');
  EXPECT_THROW(ParseRapids(deep), UserError);
  EXPECT_THROW(ParseRapids("[1 2 3 4]", {.list = 3}), UserError);
  EXPECT_THROW(ParseRapids("(+ 1 2)", {.text = 5}), UserError);
}

}  // namespace
}  // namespace thalweg::internal
