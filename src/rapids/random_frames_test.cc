// Random frames, of few and many chunks, against naive twins of the primitives.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "cluster/local/local_ranks.h"
#include "frame/chunk_builder.h"
#include "mapreduce/random_layout_for_test.h"
#include "rapids/rapids.h"

namespace thalweg {
namespace {

using Cells = std::vector<double>;

Cells RandomCells(Random& random, size_t rows) {
  Cells cells(rows);
  const uint64_t kind = random.Below(4);
  for (double& cell : cells) {
    cell = kind == 0   ? static_cast<double>(random.Below(7)) - 3
           : kind == 1 ? std::round(random.Normal() * 100) / 10
           : kind == 2 ? random.Normal() * 1e6
                       : 0;
    if (random.Bernoulli(0.1)) cell = kMissingReal;
  }
  return cells;
}

ColumnPtr ColumnOf(const Cells& cells, const std::vector<int64_t>& starts) {
  std::vector<ChunkPtr> chunks;
  for (size_t c = 0; c + 1 < starts.size(); ++c) {
    chunks.push_back(EncodeReals(Cells(cells.begin() + starts[c], cells.begin() + starts[c + 1])));
  }
  return std::make_shared<const Column>(ColumnType::kReal, std::move(chunks));
}

class RandomFrames : public testing::Test {
 protected:
  void Make(uint64_t seed) {
    Random random(seed);
    static constexpr int64_t kRows[] = {0, 1, 2, 7, 50, 300};
    rows_ = kRows[seed % 6];
    a_ = RandomCells(random, static_cast<size_t>(rows_));
    b_ = RandomCells(random, static_cast<size_t>(rows_));
    for (int k = 0; k < 2; ++k) {
      const auto starts = RandomStarts(random, rows_, k == 0 ? 1000 : 20);
      const auto layout = std::make_shared<const Layout>(starts);
      catalog_.PutFrame(k == 0 ? "f" : "g",
                        Frame(layout, {"a", "b"}, {ColumnOf(a_, starts), ColumnOf(b_, starts)}));
    }
  }
  RapidsResult Run(const std::string& text) {
    RapidsResult result;
    RunLocalRanks(1, [&](Communicator& ranks) {
      const WorkContext work;
      const CommandTimes times;
      CommandContext context{ranks, pool_, catalog_, work, times};
      result = EvaluateRapids(text, "", context);
    });
    return result;
  }
  // The only column of a result.
  Cells Column(const std::string& text) {
    const auto result = std::get<RapidsFrameResult>(Run(text));
    Cells cells(static_cast<size_t>(result.frame->rows()));
    ReadCells(*result.frame, 0, 0, std::span<double>(cells));
    return cells;
  }
  static void ExpectSame(const Cells& got, const Cells& wanted, const std::string& what) {
    ASSERT_EQ(got.size(), wanted.size()) << what;
    for (size_t i = 0; i < got.size(); ++i) {
      if (std::isnan(wanted[i])) {
        EXPECT_TRUE(std::isnan(got[i])) << what << " row " << i;
      } else if (std::isinf(wanted[i])) {
        EXPECT_EQ(got[i], wanted[i]) << what << " row " << i;
      } else {
        EXPECT_NEAR(got[i], wanted[i], 1e-9 * std::abs(wanted[i]) + 1e-12) << what << " row " << i;
      }
    }
  }

  Catalog catalog_;
  ThreadPool pool_{3};
  int64_t rows_ = 0;
  Cells a_;
  Cells b_;
};

TEST_F(RandomFrames, OperatorsOfTwoColumns) {
  const struct {
    const char* name;
    std::function<double(double, double)> naive;
  } operators[] = {
      {"+", [](double x, double y) { return x + y; }},
      {"-", [](double x, double y) { return x - y; }},
      {"*", [](double x, double y) { return x * y; }},
      {"/", [](double x, double y) { return x / y; }},
      {"<", [](double x, double y) { return x < y ? 1.0 : 0.0; }},
      {">=", [](double x, double y) { return x >= y ? 1.0 : 0.0; }},
      {"==",
       [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)) ? 1.0 : 0.0; }},
  };
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Make(seed);
    for (const auto& op : operators) {
      Cells wanted(a_.size());
      for (size_t i = 0; i < wanted.size(); ++i) wanted[i] = op.naive(a_[i], b_[i]);
      const std::string name = op.name;
      ExpectSame(Column("(" + name + " (cols f 'a') (cols f 'b'))"), wanted, name);
      // Frames that are cut differently.
      ExpectSame(Column("(" + name + " (cols f 'a') (cols g 'b'))"), wanted, name + " recut");
      for (size_t i = 0; i < wanted.size(); ++i) wanted[i] = op.naive(a_[i], 2);
      ExpectSame(Column("(" + name + " (cols g 'a') 2)"), wanted, name + " number");
    }
  }
}

TEST_F(RandomFrames, RunsAndChoices) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Make(seed);
    Cells wanted;
    double sum = 0;
    for (const double cell : a_) wanted.push_back(sum += cell);
    ExpectSame(Column("(cumsum (cols g 'a') 0)"), wanted, "cumsum");
    wanted.clear();
    for (size_t i = 0; i < a_.size(); ++i) wanted.push_back(i == 0 ? NAN : a_[i] - a_[i - 1]);
    ExpectSame(Column("(difflag1 (cols g 'a'))"), wanted, "difflag1");
    wanted.clear();
    for (size_t i = 0; i < a_.size(); ++i) {
      if (a_[i] > 0) wanted.push_back(b_[i]);
    }
    ExpectSame(Column("(cols (rows g (> (cols f 'a') 0)) 'b')"), wanted, "mask");
    wanted.clear();
    for (size_t i = 0; i < a_.size(); ++i) {
      if (!std::isnan(a_[i]) && !std::isnan(b_[i])) wanted.push_back(b_[i]);
    }
    ExpectSame(Column("(cols (na.omit g) 'b')"), wanted, "na.omit");
    wanted = a_;
    for (size_t i = 1; i < wanted.size(); ++i) {
      if (std::isnan(wanted[i])) wanted[i] = wanted[i - 1];
    }
    ExpectSame(Column("(h2o.fillna (cols g 'a') 'forward' 0 1000000)"), wanted, "fillna");
    wanted = a_;
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (b_[i] < 0) wanted[i] = 7.5;
    }
    ExpectSame(Column("(:= g 7.5 'a' (< (cols f 'b') 0))"), wanted, ":=");
    wanted = a_;
    wanted.insert(wanted.end(), a_.begin(), a_.end());
    ExpectSame(Column("(rbind f g)"), wanted, "rbind");
    wanted.clear();
    for (size_t i = 0; i < a_.size(); ++i) {
      wanted.push_back(std::isnan(a_[i]) ? NAN : (a_[i] != 0 ? b_[i] : 1));
    }
    ExpectSame(Column("(ifelse (cols g 'a') (cols f 'b') 1)"), wanted, "ifelse");
  }
}

TEST_F(RandomFrames, Reductions) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Make(seed);
    double sum = 0;
    double low = HUGE_VAL;
    double count = 0;
    for (const double cell : a_) {
      if (std::isnan(cell)) continue;
      sum += cell;
      low = std::min(low, cell);
      ++count;
    }
    double squares = 0;
    for (const double cell : a_) {
      if (!std::isnan(cell)) squares += (cell - sum / count) * (cell - sum / count);
    }
    for (const std::string frame : {"f", "g"}) {
      const auto number = [&](const std::string& text) {
        const RapidsResult result = Run(text);
        if (const auto* list = std::get_if<std::vector<double>>(&result)) return Cells(*list);
        return Cells{std::get<double>(result)};
      };
      const std::string a = "(cols " + frame + " 'a')";
      ExpectSame(number("(sumNA " + a + ")"), {sum}, "sum");
      ExpectSame(number("(minNA " + a + ")"), {count > 0 ? low : NAN}, "min");
      ExpectSame(number("(sd " + a + " True)"),
                 {count > 1 ? std::sqrt(squares / (count - 1)) : NAN}, "sd");
      ExpectSame(number("(naCnt " + a + ")"), {static_cast<double>(a_.size()) - count}, "naCnt");
    }
  }
}

TEST_F(RandomFrames, RandomNumbersDoNotDependOnChunks) {
  Make(5);
  const Cells numbers = Column("(h2o.runif f 42)");
  ExpectSame(Column("(h2o.runif g 42)"), numbers, "runif");
  EXPECT_TRUE(
      std::all_of(numbers.begin(), numbers.end(), [](double x) { return x >= 0 && x < 1; }));
  EXPECT_NE(Column("(h2o.runif f 43)"), numbers);
  ExpectSame(Column("(kfold_column g 3 7)"), Column("(kfold_column f 3 7)"), "kfold");
}

TEST_F(RandomFrames, WhatCannotFitIsRefused) {
  Make(4);
  for (const char* text : {"(rep_len (cols f 'a') 1e15)", "(rep_len 1 1e15)", "(seq 1 1e15 1)"}) {
    EXPECT_THROW(Run(text), MemoryError) << text;
  }
}

}  // namespace
}  // namespace thalweg
