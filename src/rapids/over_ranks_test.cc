// Primitives that go by keys come over ranks to the same, bit for bit, as on one rank.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "cluster/local/local_ranks.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/same_frames_for_test.h"
#include "rapids/rapids.h"

namespace thalweg {
namespace {

// One text of the result per rank: the frame is compared, errors by what they say.
struct Outcome {
  std::shared_ptr<const Frame> frame;
  std::string error;
};

Outcome Evaluate(const std::string& text, const Frame& f, const Frame& g, int size) {
  std::vector<std::shared_ptr<const Frame>> frames(static_cast<size_t>(size));
  try {
    RunLocalRanks(size, [&](Communicator& ranks) {
      Catalog catalog;
      catalog.PutFrame("f", KeepOwnChunks(f, ranks));
      catalog.PutFrame("g", KeepOwnChunks(g, ranks));
      ThreadPool pool(2);
      const WorkContext work;
      const CommandTimes times;
      CommandContext context{ranks, pool, catalog, work, times};
      const RapidsResult result = EvaluateRapids(text, "", context);
      const auto& frame = std::get<RapidsFrameResult>(result);
      frames[static_cast<size_t>(ranks.rank())] =
          std::make_shared<const Frame>(GatherFrame(*frame.frame, ranks));
    });
  } catch (const UserError& error) {
    return {nullptr, error.what()};
  }
  for (const auto& theirs : frames) ExpectSameFrames(*theirs, *frames[0]);
  return {frames[0], ""};
}

std::vector<Frame> Tables() {
  return {RandomTable(1, 0),
          RandomTable(2, 1),
          RandomTable(3, 3),
          RandomTable(4, 300),
          RandomTable(5, 50, {.missing = 1}),
          RandomTable(6, 200, {.missing = 0, .values = 1}),
          RandomTable(7, 9000, {.missing = 0.02, .values = 3000, .chunk_rows = 800})};
}

void ExpectAsOnOneRank(const std::vector<std::string>& expressions) {
  const std::vector<Frame> tables = Tables();
  for (size_t t = 0; t < tables.size(); ++t) {
    const Frame other = RandomTable(50 + t, t * 20, {.values = 4});
    for (const std::string& text : expressions) {
      SCOPED_TRACE(text + " of table " + std::to_string(t));
      const Outcome wanted = Evaluate(text, tables[t], other, 1);
      for (const int size : {2, 3, 5}) {
        SCOPED_TRACE(std::to_string(size) + " ranks");
        const Outcome got = Evaluate(text, tables[t], other, size);
        ASSERT_EQ(got.error, wanted.error);
        if (wanted.frame) ExpectSameFrames(*got.frame, *wanted.frame);
      }
    }
  }
}

TEST(RapidsOverRanks, Groups) {
  ExpectAsOnOneRank({
      "(GB f ['string' 'uuid'] 'nrow' 0 'all' 'sum' 'wild' 'rm' 'mode' 'enum' 'all')",
      "(GB f ['enum'] 'nrow' 'string' 'rm' 'mean' 'real' 'rm' 'median' 'wild' 'ignore')",
      "(GB f ['big' 'wild'] 'var' 'wild' 'all' 'max' 'time' 'rm')",
  });
}

TEST(RapidsOverRanks, DifferentCells) {
  std::vector<std::string> expressions;
  for (const std::string column :
       {"int", "big", "real", "wild", "enum", "time", "string", "uuid", "empty", "constant"}) {
    const std::string one = "(cols f '" + column + "')";
    expressions.push_back("(unique " + one + " 0)");
    expressions.push_back("(unique " + one + " 1)");
    expressions.push_back("(table " + one + " 1)");
    expressions.push_back("(table " + one + " (cols f 'enum') 1)");
  }
  expressions.emplace_back("(table (cols f ['int' 'time']) 0)");
  expressions.emplace_back("(dropdup f ['int' 'string'] 'last')");
  ExpectAsOnOneRank(expressions);
}

TEST(RapidsOverRanks, Orders) {
  std::vector<std::string> expressions;
  for (const std::string column : {"int", "big", "real", "wild", "enum", "time", "empty"}) {
    for (const std::string extreme : {"1", "-1"}) {
      for (const std::string percent : {"0.5", "10", "100"}) {
        expressions.push_back("(topn f '" + column + "' " + percent + " " + extreme + ")");
      }
    }
  }
  expressions.emplace_back("(topn f 'string' 10 1)");
  expressions.emplace_back("(sort f ['string' 'wild'] [1 -1])");
  expressions.emplace_back("(rank_within_groupby f ['enum'] ['real' 'int'] [-1 1] 'rank' 1)");
  expressions.emplace_back("(rank_within_groupby f ['enum' 'int'] ['wild'] [1] 'rank' 0)");
  ExpectAsOnOneRank(expressions);
}

TEST(RapidsOverRanks, Joins) {
  std::vector<std::string> expressions;
  for (const std::string keys : {"['int']", "['enum']", "['string' 'real']"}) {
    for (const std::string kind : {"0 0", "1 0", "0 1", "1 1"}) {
      expressions.push_back("(merge f (cols g ['int' 'enum' 'string' 'real' 'uuid']) " + kind +
                            " " + keys + " " + keys + " 'auto')");
    }
  }
  // One side that every rank holds whole.
  expressions.emplace_back("(merge f (GB g ['enum'] 'mean' 'wild' 'rm') 1 0 ['enum'] ['enum'])");
  ExpectAsOnOneRank(expressions);
}

}  // namespace
}  // namespace thalweg
