#include "base/regex.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace thalweg {
namespace {

TEST(Regex, ReplacesAsJavaWritesIt) {
  const struct {
    const char* pattern;
    const char* text;
    const char* by;
    const char* all;
    const char* first;
  } cases[] = {
      {"a", "banana", "o", "bonono", "bonana"}, {"([a-c])", "abx", "<$1>", "<a><b>x", "<a>bx"},
      {"x*", "abc", "-", "-a-b-c-", "-abc"},    {"a", "a", "\\$1\\\\", "$1\\", "$1\\"},
      {"\\s+", "a \t b", "_", "a_b", "a_b"},    {"\u00e9", "\u00e9t\u00e9", "e", "ete", "et\u00e9"},
      {"[^a-z]", "\u00e9t1", "", "t", "t1"},    {"\\u0041", "ABA", "x", "xBx", "xBA"},
      {"\\h", "a b", "-", "a-b", "a-b"},
  };
  for (const auto& c : cases) {
    const Regex regex(c.pattern);
    const Replacement by(c.by, regex);
    EXPECT_EQ(regex.ReplaceAll(c.text, by), c.all) << c.pattern;
    EXPECT_EQ(regex.ReplaceFirst(c.text, by), c.first) << c.pattern;
  }
}

TEST(Regex, SplitsAsJava) {
  using Pieces = std::vector<std::string>;
  EXPECT_EQ(Regex("-").Split("a-b-c"), (Pieces{"a", "b", "c"}));
  EXPECT_EQ(Regex("-").Split("-a--"), (Pieces{"", "a"}));
  EXPECT_EQ(Regex("-").Split("abc"), (Pieces{"abc"}));
  EXPECT_EQ(Regex("a").Split("aaa"), Pieces{});
  EXPECT_EQ(Regex("").Split("a\u00e9b"), (Pieces{"a", "\u00e9", "b"}));
  EXPECT_EQ(Regex("x").Split(""), (Pieces{""}));
}

TEST(Regex, RefusesWhatNeedsBacktracking) {
  for (const char* pattern : {"(a", "(?=a)b", "(?<!a)b", "(a)\\1", "a**"}) {
    EXPECT_THROW(Regex{pattern}, UserError) << pattern;
  }
  const Regex regex("(a)");
  EXPECT_THROW(Replacement("$2", regex), UserError);
}

TEST(Regex, TakesLinearTime) {
  const std::string text(100'000, 'a');
  EXPECT_FALSE(Regex("(a+)+b").Contains(text));
  EXPECT_TRUE(Regex("A", true).Contains("xa"));
  EXPECT_FALSE(Regex("a").Matches("ab"));
}

}  // namespace
}  // namespace thalweg
