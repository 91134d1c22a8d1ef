#include "server/schemas/parameters.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/file.h"
#include "server/errors.h"

namespace thalweg {
namespace {

std::map<std::string, Json> OurParameters() {
  const Learner& learner = FindLearner("deeplearning");
  const std::shared_ptr<void> defaults = WireDefaults(learner);
  std::map<std::string, Json> ours;
  for (const Json& p : ParametersToWire(learner, {.params = defaults.get()}, nullptr)) {
    ours[std::string(p.at("name").as_string())] = p;
  }
  return ours;
}

bool Equal(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) {
    return static_cast<float>(a.to_number<double>()) == static_cast<float>(b.to_number<double>());
  }
  if (a.is_array() && b.is_array()) {
    if (a.as_array().size() != b.as_array().size()) return false;
    for (size_t i = 0; i < a.as_array().size(); ++i) {
      if (!Equal(a.at(i), b.at(i))) return false;
    }
    return true;
  }
  return a == b;
}

// Recorded from an H2O 3.46.0.12 server: every parameter is here, with its type and default.
TEST(Parameters, AreThoseOfH2O) {
  // Models of other responses, weights or folds cannot be compared: they are not varied here.
  const std::set<std::string> other_gridable = {"max_after_balance_size", "response_column",
                                                "weights_column", "offset_column", "fold_column"};
  // Levels of problems that there are not.
  const std::set<std::string> not_here = {
      "quasibinomial", "ordinal", "custom", "anomaly_score",    "AUUC", "ATE", "ATT",
      "ATC",           "qini",    "Enum",   "custom_increasing"};
  const std::map<std::string, Json> ours = OurParameters();
  const Json theirs = ParseJson(
      ReadWholeFile(THALWEG_SOURCE_DIR "/tests/data/wire/builder-deeplearning.json"), "recording");
  ASSERT_EQ(theirs.as_array().size(), 91U);
  for (const Json& p : theirs.as_array()) {
    const std::string name(p.at("name").as_string());
    SCOPED_TRACE(name);
    const auto found = ours.find(name);
    ASSERT_TRUE(found != ours.end());
    const Json& own = found->second;
    EXPECT_EQ(own.at("type"), p.at("type"));
    EXPECT_TRUE(Equal(own.at("default_value"), p.at("default_value"))) << own.at("default_value");
    EXPECT_EQ(own.at("is_member_of_frames"), p.at("is_member_of_frames"));
    if (!other_gridable.contains(name)) {
      EXPECT_EQ(own.at("gridable"), p.at("gridable"));
    }
    std::set<std::string> levels;
    for (const Json& level : own.at("values").as_array()) levels.emplace(level.as_string());
    for (const Json& level : p.at("values").as_array()) {
      const std::string text(level.as_string());
      EXPECT_TRUE(levels.contains(text) || not_here.contains(text)) << text;
    }
  }
}

TEST(Parameters, ReadWhatClientsSend) {
  const Learner& learner = FindLearner("deeplearning");
  const BuildRequest request = ParseBuildRequest(learner,
                                                 {{"hidden", "[5,4.0]"},
                                                  {"epochs", "3"},
                                                  {"seed", "7.0"},
                                                  {"activation", "rectifier_with_dropout"},
                                                  {"missing_values_handling", "mean_imputation"},
                                                  {"reproducible", "True"},
                                                  {"max_w2", "3.4028235e+38"},
                                                  {"ignored_columns", "[\"a b\",\"c,d\"]"},
                                                  {"initial_weights", "[\"w\",null]"},
                                                  {"training_frame", "f"},
                                                  {"hidden_dropout_ratios", "null"}},
                                                 false);
  EXPECT_TRUE(request.errors.empty());
  EXPECT_EQ(request.training_frame, "f");
  const auto text = [&](const char* name) {
    return learner.schema().Find(name)->Format(request.params.get());
  };
  EXPECT_EQ(text("hidden"), "5,4");
  EXPECT_EQ(text("seed"), "7");
  EXPECT_EQ(text("activation"), "RectifierWithDropout");
  EXPECT_EQ(text("ignored_columns"), R"(["a b","c,d"])");
  EXPECT_EQ(text("mini_batch_size"), "1") << "H2O's default where nothing is sent";
  const Json weights =
      ParameterValueToWire(*learner.schema().Find("initial_weights"), request.params.get());
  EXPECT_EQ(weights.at(0).at("name"), "w");
  EXPECT_TRUE(weights.at(1).is_null());
}

TEST(Parameters, RefuseWhatTheyDoNotKnow) {
  const Learner& learner = FindLearner("deeplearning");
  EXPECT_THROW(ParseBuildRequest(learner, {{"bogus", "1"}}, false), HttpError);
  EXPECT_THROW(ParseBuildRequest(learner, {{"epoch", "1"}}, true), HttpError)
      << "a misspelling, whatever the client";
  const BuildRequest newer = ParseBuildRequest(learner, {{"quite_new_thing", "1"}}, true);
  ASSERT_EQ(newer.warnings.size(), 1U);
  const BuildRequest bad =
      ParseBuildRequest(learner, {{"rho", "2"}, {"hidden", "[1.5]"}, {"loss", "none"}}, false);
  EXPECT_EQ(bad.errors.size(), 3U);
}

}  // namespace
}  // namespace thalweg
