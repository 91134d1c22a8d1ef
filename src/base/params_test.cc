#include "base/params.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fields.h"
#include "base/json.h"

namespace thalweg {

enum class Colour { kRed, kGreen };

struct PaintParams {
  int64_t layers = 2;
  double rate = 0.5;
  bool dry = false;
  Colour colour = Colour::kGreen;
  std::vector<int64_t> hidden = {200, 200};
  std::vector<double> ratios;
  std::vector<std::string> names = {"a", "b"};
  std::string path = "wall";
};

template <>
inline constexpr auto kEnumNames<Colour> = std::array{"Red", "Green"};

template <>
inline constexpr auto kFields<PaintParams> = std::tuple{
    Field<&PaintParams::layers>({.name = "layers", .help = "Coats.", .min = 1}),
    Field<&PaintParams::rate>(
        {.name = "rate", .help = "Speed.", .min = 0, .max = 1, .max_exclusive = true}),
    Field<&PaintParams::dry>({.name = "dry", .help = "Wait."}),
    Field<&PaintParams::colour>({.name = "colour", .help = "Hue.", .gridable = true}),
    Field<&PaintParams::hidden>({.name = "hidden", .help = "Sizes.", .min = 1}),
    Field<&PaintParams::ratios>({.name = "ratios", .help = "Parts."}),
    Field<&PaintParams::names>({.name = "names", .help = "Who."}),
    Field<&PaintParams::path>({.name = "path", .help = "Where."}),
};

namespace {

TEST(ParamsTest, DefaultsComeFromTheStruct) {
  const ParamSchema& schema = SchemaOf<PaintParams>();
  EXPECT_EQ(schema.Find("hidden")->default_text, "200,200");
  EXPECT_EQ(schema.Find("colour")->default_text, "Green");
  EXPECT_EQ(schema.Find("names")->default_text, "a,b");
  EXPECT_EQ(schema.Find("nothing"), nullptr);
}

TEST(ParamsTest, ParsesEveryType) {
  PaintParams params;
  SchemaOf<PaintParams>().Parse({{"layers", "1e1"},
                                 {"rate", "0.25"},
                                 {"dry", "True"},
                                 {"colour", "red"},
                                 {"hidden", "[10, 20]"},
                                 {"ratios", "0.5,1"},
                                 {"names", "x, y"},
                                 {"path", "a,b"}},
                                &params);
  EXPECT_EQ(params.layers, 10);
  EXPECT_EQ(params.rate, 0.25);
  EXPECT_TRUE(params.dry);
  EXPECT_EQ(params.colour, Colour::kRed);
  EXPECT_THAT(params.hidden, testing::ElementsAre(10, 20));
  EXPECT_THAT(params.ratios, testing::ElementsAre(0.5, 1));
  EXPECT_THAT(params.names, testing::ElementsAre("x", "y"));
  EXPECT_EQ(params.path, "a,b");
}

TEST(ParamsTest, ListsOfTextsReadBack) {
  const ParamSpec& spec = *SchemaOf<PaintParams>().Find("names");
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, ""},
      {{"a", "b c", "d\"e"}, "a,b c,d\"e"},
      {{""}, R"([""])"},
      {{"", ""}, ","},
      {{"a,b"}, R"(["a,b"])"},
      {{" a", "b"}, R"([" a","b"])"},
      {{"[a", "b]"}, R"(["[a","b]"])"},
      {{"[a]"}, R"(["[a]"])"},
      {{R"(["a"])"}, R"(["[\"a\"]"])"},
      {{R"(a\,")"}, R"(["a\\,\""])"},
      {{"a\nb", "\n"}, "[\"a\nb\",\"\n\"]"},
  };
  for (const auto& [names, text] : cases) {
    PaintParams params;
    params.names = names;
    EXPECT_EQ(spec.Format(&params), text);
    PaintParams copy;
    spec.Parse(text, &copy);
    EXPECT_EQ(copy.names, names) << text;
  }
}

TEST(ParamsTest, BracketsAndQuotesThatAreNoListOfTextsArePlain) {
  const ParamSpec& spec = *SchemaOf<PaintParams>().Find("names");
  PaintParams params;
  for (const char* text : {R"(["a", b])", R"("a",b)", R"(["a" "b"])", R"(["a",])", R"(["a)"}) {
    spec.Parse(text, &params);
    EXPECT_THAT(params.names, testing::Contains(testing::HasSubstr("\""))) << text;
  }
  spec.Parse(R"( [ "a" , "b,c" ] )", &params);
  EXPECT_THAT(params.names, testing::ElementsAre("a", "b,c"));
}

TEST(ParamsTest, JsonRoundTrip) {
  PaintParams params;
  params.names = {"with,comma"};
  params.rate = 0.1;
  const ParamSchema& schema = SchemaOf<PaintParams>();
  PaintParams copy;
  schema.FromJson(ParseJson(FormatJson(schema.ToJson(&params)), "test"), &copy);
  EXPECT_EQ(copy.names, params.names);
  EXPECT_EQ(copy.rate, 0.1);
}

TEST(ParamsTest, ReportsAllErrorsAtOnce) {
  PaintParams params;
  try {
    SchemaOf<PaintParams>().Parse({{"layers", "0"},
                                   {"rate", "1"},
                                   {"colour", "blue"},
                                   {"hiden", "1"},
                                   {"dry", "maybe"},
                                   {"hidden", "1,x"}},
                                  &params);
    FAIL();
  } catch (const FieldErrors& error) {
    ASSERT_EQ(error.errors().size(), 6u);
    EXPECT_EQ(error.errors()[0].message, "is 0; it must be at least 1");
    EXPECT_EQ(error.errors()[1].message, "is 1; it must be between 0 and 1 (1 excluded)");
    EXPECT_EQ(error.errors()[2].message, "'blue' is not one of Red, Green");
    EXPECT_EQ(error.errors()[3].message, "no such parameter; did you mean hidden?");
  }
}

}  // namespace
}  // namespace thalweg
