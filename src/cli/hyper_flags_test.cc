#include "cli/hyper_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "learn/learners.h"

namespace thalweg {
namespace {

std::string Read(const std::vector<std::string>& assignments, const std::string& path = "") {
  const ParamSchema& schema = FindLearner("deeplearning").schema();
  return boost::json::serialize(ReadHyperParameters(assignments, path, schema));
}

TEST(HyperFlags, TakesWhatPeopleWrite) {
  const std::pair<const char*, const char*> cases[] = {
      {"l1=0,1e-5", R"({"l1":["0","1e-5"]})"},
      {" l1 = 0 ; 1e-5 ", R"({"l1":["0","1e-5"]})"},
      {"l1=[0, 1e-5]", R"({"l1":["0","1e-5"]})"},
      {"l1=0", R"({"l1":["0"]})"},
      {"l1=", R"({"l1":[]})"},
      {"activation=[\"Tanh\",\"Maxout\"]", R"({"activation":["Tanh","Maxout"]})"},
      {"hidden=[200,200];[50]", R"({"hidden":["[200,200]","[50]"]})"},
      {"hidden=[200,200], [50]", R"({"hidden":["[200,200]","[50]"]})"},
      {"hidden=[[200, 200], [50]]", R"({"hidden":[[200,200],[50]]})"},
      {"hidden=200,200;50", R"({"hidden":["200,200","50"]})"},
      {"hidden=200", R"({"hidden":["200"]})"},
      {"hidden=[]", R"({"hidden":["[]"]})"},
      {"unknown=1,2", R"({"unknown":["1","2"]})"},
      {"label=a=b", R"({"label":["a=b"]})"}};
  for (const auto& [given, expected] : cases) EXPECT_EQ(Read({given}), expected) << given;
  EXPECT_EQ(Read({"l1=0", "l2=1", "l1=1"}), R"({"l1":["0","1"],"l2":["1"]})");
}

TEST(HyperFlags, RefusesTheRest) {
  for (const char* given :
       {"l1", "=1", "", "l1=1,,2", "l1=,", "l1=1;", "hidden=200,100", "hidden=[200", "hidden=[2]x",
        "hidden=[2],", "hidden=[2],3", "hidden=[2,[3]]", "hidden=[[2]", "hidden=[[2]]x"}) {
    EXPECT_THROW(Read({given}), FieldErrors) << given;
  }
}

TEST(HyperFlags, JoinsTheFile) {
  const std::string path = testing::TempDir() + "/hyper_flags_test.json";
  WriteWholeFile(path, R"({"hidden": [[5], [6, 7]], "l1": 0.5})");
  EXPECT_EQ(Read({"l2=1"}, path), R"({"l2":["1"],"hidden":[[5],[6,7]],"l1":5E-1})");
  EXPECT_THROW(Read({"l1=1"}, path), FieldErrors);
  for (const char* text : {"[]", "1", "{", "null"}) {
    WriteWholeFile(path, text);
    EXPECT_THROW(Read({}, path), UserError) << text;
  }
  EXPECT_THROW(Read({}, path + ".not"), UserError);
}

}  // namespace
}  // namespace thalweg
