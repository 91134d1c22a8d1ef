#include "learn/grid/hyper_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "learn/grid/search_order.h"
#include "learn/grid/toy_learner_for_test.h"
#include "learn/learners.h"

namespace thalweg {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

HyperSpace Space(const std::string& json, BadValues bad = BadValues::kRefuse) {
  static const ToyLearner learner;
  return HyperSpace(learner, ParseJson(json, "test"), bad);
}

TEST(HyperSpace, NumbersAllCombinations) {
  const HyperSpace space =
      Space(R"({"hidden": [[200, 200], [50]], "a": [0, 1e-5, 0.5], "kind": ["odd"]})");
  EXPECT_EQ(space.size(), 6U);
  EXPECT_THAT(space.names(), ElementsAre("hidden", "a", "kind"));
  EXPECT_THAT(space.Texts(0), ElementsAre("200,200", "0", "Odd"));
  EXPECT_THAT(space.Texts(1), ElementsAre("50", "0", "Odd"));
  EXPECT_THAT(space.Texts(2), ElementsAre("200,200", "1e-05", "Odd"));
  EXPECT_THAT(space.Texts(5), ElementsAre("50", "0.5", "Odd"));
  ToyParams params;
  space.Apply(3, &params);
  EXPECT_THAT(params.hidden, ElementsAre(50));
  EXPECT_EQ(params.a, 1e-5);
  EXPECT_EQ(params.kind, ToyKind::kOdd);
  EXPECT_EQ(boost::json::serialize(space.Values(3)), R"({"hidden":[50],"a":1E-5,"kind":"Odd"})");
  EXPECT_TRUE(space.Has("a") && !space.Has("b"));
}

TEST(HyperSpace, ValuesKeepTheirBits) {
  const HyperSpace space = Space(
      R"({"a": [0.1, 1e300, 4.9e-324], "label": ["x, y", ""], "words": [["a,b", "c"], []],
          "seed": [9223372036854775807]})");
  ToyParams params;
  space.Apply(2, &params);
  EXPECT_EQ(params.a, 4.9e-324);
  EXPECT_EQ(params.label, "x, y");
  EXPECT_THAT(params.words, ElementsAre("a,b", "c"));
  EXPECT_EQ(params.seed, std::numeric_limits<int64_t>::max());
  space.Apply(11, &params);
  EXPECT_EQ(params.label, "");
  EXPECT_TRUE(params.words.empty());
}

TEST(HyperSpace, PlainValuesAndDuplicates) {
  const HyperSpace space =
      Space(R"({"a": 0.5, "n": [1, 1.0, "1", 2, 1], "hidden": [[5], 5, "5"]})");
  EXPECT_EQ(space.size(), 2U);
  EXPECT_EQ(space.warnings().size(), 5U);
  EXPECT_THAT(space.warnings()[0], HasSubstr("n: value 2, 1, is there already"));
}

TEST(HyperSpace, RefusesAllAtOnce) {
  try {
    Space(R"({"aa": [1], "response_column": ["y"], "a": [], "n": [1, 0, "x", null, 1.5],
              "hidden": [[[1]], [0], {"k": 1}, true], "kind": ["Even"], "b": ["nan", [1, 2]]})");
    FAIL();
  } catch (const FieldErrors& errors) {
    std::vector<std::string> fields;
    for (const FieldError& error : errors.errors()) fields.push_back(error.field);
    EXPECT_THAT(fields, ElementsAre("aa", "response_column", "a", "n", "n", "n", "n", "hidden",
                                    "hidden", "hidden", "hidden", "kind", "b", "b"));
    EXPECT_THAT(errors.what(), HasSubstr("aa: no such parameter; did you mean a?"));
    EXPECT_THAT(errors.what(), HasSubstr("response_column: cannot be varied"));
    EXPECT_THAT(errors.what(), HasSubstr("a: has no values"));
    EXPECT_THAT(errors.what(), HasSubstr("n: value 2: is 0; it must be between 1 and 9999"));
    EXPECT_THAT(errors.what(), HasSubstr("kind: 'Even' is not one of Plain, Odd"));
  }
  for (const char* json : {"[]", "3", "{}", "null", R"(["a"])", R"("a")"}) {
    try {
      Space(json);
      FAIL() << json;
    } catch (const FieldErrors& errors) {
      EXPECT_EQ(errors.errors()[0].field, "hyper_parameters") << json;
    }
  }
}

TEST(HyperSpace, BadValuesMayBeLeftToTheModels) {
  const HyperSpace space = Space(R"({"n": [0, 1, [3, 4]], "a": [1, "x"]})", BadValues::kFailModels);
  EXPECT_EQ(space.size(), 6U);
  ToyParams params;
  space.Apply(1, &params);
  EXPECT_EQ(params.n, 1);
  try {
    space.Apply(3, &params);
    FAIL();
  } catch (const FieldErrors& errors) {
    EXPECT_STREQ(errors.what(), "n: is 0; it must be between 1 and 9999\na: 'x' is not a number");
  }
  EXPECT_EQ(space.Texts(5)[0], "[3,4]");
  EXPECT_THROW(Space(R"({"nn": [1]})", BadValues::kFailModels), FieldErrors);
}

std::string ManyValues(int parameters) {
  JsonObject object;
  const char* names[] = {"a", "b", "seed", "label", "n"};
  for (int p = 0; p < parameters; ++p) {
    JsonArray values;
    for (int i = 1; i <= 8000; ++i) values.emplace_back(i);
    object[names[p]] = std::move(values);
  }
  return boost::json::serialize(object);
}

TEST(HyperSpace, HugeProductsAreNotBuilt) {
  const HyperSpace space = Space(ManyValues(4));
  EXPECT_EQ(space.size(), 4'096'000'000'000'000U);
  ToyParams params;
  space.Apply(space.size() - 1, &params);
  EXPECT_EQ(params.label, "8000");
  EXPECT_THROW(Space(ManyValues(5)), FieldErrors);
  SearchOrder order(SearchStrategy::kRandomDiscrete, space.size(), 1);
  uint64_t below_half = 0;
  for (int i = 0; i < 1000; ++i) below_half += order.Next() < space.size() / 2 ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(below_half), 500, 80);
}

TEST(HyperSpace, SequencesTakeValuesSideBySide) {
  const Learner& learner = FindLearner("deeplearning");
  const Json hyper = ParseJson(R"({"hidden": [[3], [4], [3]], "l1": [0, 0.5, 0]})", "test");
  const HyperSpace space(learner, hyper, BadValues::kRefuse, SpaceShape::kSequence);
  ASSERT_EQ(space.size(), 3U);
  EXPECT_TRUE(space.warnings().empty());
  EXPECT_EQ(space.Texts(1), (std::vector<std::string>{"4", "0.5"}));
  EXPECT_EQ(space.Texts(2), (std::vector<std::string>{"3", "0"}));
  const Json uneven = ParseJson(R"({"hidden": [[3], [4]], "l1": [0]})", "test");
  EXPECT_THROW(HyperSpace(learner, uneven, BadValues::kRefuse, SpaceShape::kSequence), FieldErrors);
  EXPECT_EQ(HyperSpace(learner, uneven).size(), 2U);
}

TEST(SearchOrder, IsAPermutation) {
  for (uint64_t size : {1, 2, 7, 1000}) {
    SearchOrder order(SearchStrategy::kRandomDiscrete, size, 5);
    std::vector<bool> seen(size);
    while (!order.done()) {
      const uint64_t next = order.Next();
      ASSERT_LT(next, size);
      EXPECT_FALSE(seen[next]);
      seen[next] = true;
    }
    EXPECT_THAT(seen, testing::Each(true));
    EXPECT_THROW(order.Next(), InternalError);
  }
}

std::vector<uint64_t> Shuffled(uint64_t size, uint64_t seed) {
  SearchOrder order(SearchStrategy::kRandomDiscrete, size, seed);
  std::vector<uint64_t> numbers;
  while (!order.done()) numbers.push_back(order.Next());
  return numbers;
}

TEST(SearchOrder, FollowsTheSeed) {
  EXPECT_EQ(Shuffled(50, 7), Shuffled(50, 7));
  EXPECT_NE(Shuffled(50, 7), Shuffled(50, 8));
  SearchOrder cartesian(SearchStrategy::kCartesian, 3, 7);
  EXPECT_EQ(cartesian.Next(), 0U);
  EXPECT_EQ(cartesian.Next(), 1U);
}

// Each of the 6 orders of 3 as often as the others.
TEST(SearchOrder, IsUniform) {
  std::map<std::vector<uint64_t>, int> counts;
  for (uint64_t seed = 0; seed < 6000; ++seed) ++counts[Shuffled(3, seed)];
  ASSERT_EQ(counts.size(), 6U);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 1000, 150);
}

}  // namespace
}  // namespace thalweg
