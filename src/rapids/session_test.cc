#include <gtest/gtest.h>

#include "base/error.h"
#include "cluster/local/local_ranks.h"
#include "rapids/expression_file_for_test.h"
#include "rapids/rapids.h"

namespace thalweg {
namespace {

class RapidsSession : public testing::Test {
 protected:
  RapidsSession() {
    catalog_.PutFrame("m", internal::FrameFromText({"a:int,b:real", "1,0.5", "2,1.5"}, 7));
  }
  RapidsResult Run(const std::string& text, const std::string& session = "s1") {
    RapidsResult result;
    RunLocalRanks(1, [&](Communicator& ranks) {
      const WorkContext work;
      const CommandTimes times;
      CommandContext context{ranks, pool_, catalog_, work, times};
      result = EvaluateRapids(text, session, context);
    });
    return result;
  }
  bool Holds(const std::string& name) { return catalog_.Find(name) != nullptr; }

  Catalog catalog_;
  ThreadPool pool_{1};
};

TEST_F(RapidsSession, TemporariesEndWithIt) {
  Run("(tmp= t1 (cols m 0))");
  Run("(tmp= t2 (cols m 1))", "s2");
  Run("(assign 'kept' t1)");
  Run("(tmp= t3 t1)");
  Run("(rename 't3' 'renamed')");
  Run("(+ (tmp= t4 (cols m 0)) t4)");
  EXPECT_TRUE(Holds("t4"));
  EndRapidsSession("s1", catalog_);
  EXPECT_FALSE(Holds("t1"));
  EXPECT_FALSE(Holds("t4"));
  EXPECT_TRUE(Holds("t2"));
  EXPECT_TRUE(Holds("kept"));
  EXPECT_TRUE(Holds("renamed"));
}

TEST_F(RapidsSession, RemovesAndRenames) {
  EXPECT_EQ(std::get<double>(Run("(rm nothing)")), 0);
  EXPECT_EQ(std::get<double>(Run("(rm m)")), 1);
  EXPECT_FALSE(Holds("m"));
  EXPECT_THROW(Run("(rename 'm' 'n')"), NotFound);
}

TEST_F(RapidsSession, NamesOfResults) {
  EXPECT_EQ(std::get<RapidsFrameResult>(Run("m")).name, "m");
  EXPECT_EQ(std::get<RapidsFrameResult>(Run("(cols m 0)")).name, "");
  EXPECT_EQ(std::get<RapidsFrameResult>(Run("(tmp= t (cols m 0))")).name, "t");
  EXPECT_EQ(std::get<RapidsFrameResult>(Run("(assign 'g' (cols m 0))")).name, "g");
  EXPECT_THROW(Run("(tmp= m (cols m 0))"), UserError);
}

TEST_F(RapidsSession, UnknownNamesSuggestTheNearest) {
  try {
    Run("(colz m)");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean"), std::string::npos) << error.what();
  }
  EXPECT_THROW(Run("({ f . (f f) } { f . (f f) })"), UserError);
}

}  // namespace
}  // namespace thalweg
