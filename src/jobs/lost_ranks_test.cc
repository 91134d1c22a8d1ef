// Ranks that get lost while others go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <optional>
#include <span>
#include <thread>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "cluster/local/local_transport.h"
#include "frame/chunk_builder.h"
#include "jobs/commands.h"
#include "jobs/rank_frames.h"

namespace thalweg {
namespace {

using std::chrono::milliseconds;

ColumnPtr Numbers(int64_t rows, int64_t first, int64_t step, std::vector<int64_t>* starts) {
  *starts = {0};
  std::vector<ChunkPtr> chunks;
  while (starts->back() < rows) {
    std::vector<int64_t> cells;
    for (int64_t r = starts->back(); r < std::min(rows, starts->back() + 7); ++r) {
      cells.push_back(first + r * step);
    }
    chunks.push_back(EncodeIntegers(cells));
    starts->push_back(starts->back() + static_cast<int64_t>(cells.size()));
  }
  return std::make_shared<const Column>(ColumnType::kInteger, std::move(chunks));
}

std::string Text(const Json& arguments, const char* name) {
  return std::string(arguments.at(name).as_string());
}

// {"name", "rows"}: a column of 0, 1, 2, …
Json Make(const Json& arguments, CommandContext& context) {
  std::vector<int64_t> starts;
  const ColumnPtr column = Numbers(arguments.at("rows").as_int64(), 0, 1, &starts);
  PutWholeFrame(Text(arguments, "name"),
                Frame(std::make_shared<const Layout>(starts), {"n"}, {column}), context);
  return nullptr;
}

// {"from", "to"}: the frame with another column, the cells of its last one and one more; the old
// name is gone. Slow, so that losses fall into it.
Json Widen(const Json& arguments, CommandContext& context) {
  const auto frame = context.catalog.GetFrame(Text(arguments, "from"));
  const Layout& layout = frame->layout();
  const size_t last = frame->columns() - 1;
  std::vector<ChunkPtr> chunks(layout.chunks());
  for (size_t c = 0; c < chunks.size(); ++c) {
    if (!frame->column(last).chunk_ptr(c)) continue;
    std::vector<int64_t> cells(frame->column(last).chunk(c).rows());
    frame->column(last).chunk(c).Decode(0, std::span<int64_t>(cells));
    for (int64_t& cell : cells) ++cell;
    chunks[c] = EncodeIntegers(cells);
  }
  context.catalog.Remove(Text(arguments, "from"));
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(milliseconds(1));
    context.ranks.Barrier();
  }
  const auto column = std::make_shared<const Column>(ColumnType::kInteger, std::move(chunks));
  context.catalog.PutFrame(Text(arguments, "to"),
                           frame->WithColumn("n" + std::to_string(last + 1), column));
  context.ranks.Barrier();
  return nullptr;
}

// {"name"}: the sum of each column's cells.
Json Sums(const Json& arguments, CommandContext& context) {
  const auto frame = context.catalog.GetFrame(Text(arguments, "name"));
  Check(frame->layout().ranks() == static_cast<size_t>(context.ranks.size()), "these ranks");
  std::vector<int64_t> sums(frame->columns());
  for (size_t c = 0; c < frame->columns(); ++c) {
    for (size_t i = 0; i < frame->layout().chunks(); ++i) {
      if (!frame->column(c).chunk_ptr(i)) continue;
      std::vector<int64_t> cells(frame->column(c).chunk(i).rows());
      frame->column(c).chunk(i).Decode(0, std::span<int64_t>(cells));
      for (const int64_t cell : cells) sums[c] += cell;
    }
  }
  context.ranks.AllReduceSum(std::span<int64_t>(sums));
  return JsonArray(sums.begin(), sums.end());
}

// Until it is cancelled, or another rank is lost; each rank by itself.
Json Wait(const Json&, CommandContext& context) {
  for (;;) {
    context.work.ThrowIfCancelled();
    std::this_thread::sleep_for(milliseconds(1));
  }
}

// Rank 0 works alone; asked to end early, it gives what it has.
Json Alone(const Json&, CommandContext& context) {
  if (context.ranks.rank() != 0) return nullptr;
  for (int i = 0; i < 60; ++i) {
    if (context.work.cancelled()) return "a part";
    std::this_thread::sleep_for(milliseconds(5));
  }
  return "all";
}

// {"name"}: leaves a frame, and fails.
Json LeaveAndFail(const Json& arguments, CommandContext& context) {
  Make(arguments, context);
  context.ranks.Barrier();
  throw UserError("it went wrong");
}

std::vector<Command> Commands() {
  return {{"make", &Make}, {"widen", &Widen}, {"sums", &Sums},
          {"wait", &Wait}, {"alone", &Alone}, {"leave_and_fail", &LeaveAndFail}};
}

class Cluster {
 public:
  explicit Cluster(int size, bool replicas = true,
                   milliseconds silence_limit = std::chrono::seconds(60))
      : network_(size), alive_(size) {
    const ProcessOptions options{
        .threads = 1, .silence_limit = silence_limit, .replicas = replicas};
    for (int r = 1; r < size; ++r) {
      others_.emplace_back([this, r, options] {
        ServeCommands(network_.transport(r), options, Commands(), [this, r]() -> Json {
          while (silent_ == r) std::this_thread::sleep_for(milliseconds(1));
          return JsonObject{{"host", "h" + std::to_string(r)}};
        });
      });
    }
    ranks_.emplace(network_.transport(0), options, Commands());
  }
  ~Cluster() {
    silent_ = -1;
    ranks_.reset();
    for (std::thread& other : others_) other.join();
  }

  void Kill(int rank) {
    network_.Kill(rank);
    --alive_;
  }
  void Silence(int rank) { silent_ = rank; }
  Ranks& ranks() { return *ranks_; }
  // Until the others go on without the lost ones, and second copies are there.
  void AwaitRepair() {
    while (ranks_->size() != alive_) std::this_thread::sleep_for(milliseconds(1));
    ranks_->Run("complete_replicas", nullptr, {});
  }
  Json Sums(const std::string& name) { return ranks_->Run("sums", JsonObject{{"name", name}}, {}); }

 private:
  LocalNetwork network_;
  std::atomic<int> silent_{-1};
  int alive_;
  std::vector<std::thread> others_;
  std::optional<Ranks> ranks_;
};

Json Expected(int64_t rows, int64_t columns) {
  JsonArray sums;
  for (int64_t c = 0; c < columns; ++c) sums.emplace_back(rows * (rows - 1) / 2 + c * rows);
  return sums;
}

class Notes : public ProgressListener {
 public:
  void Update(const ProgressUpdate&) override {}
  void Warn(const std::string& text) override { notes.push_back(text); }
  std::vector<std::string> notes;
};

TEST(LostRanks, FramesSurviveOneLossAfterAnother) {
  for (const int first : {1, 2, 3, 4}) {
    SCOPED_TRACE(first);
    Cluster cluster(5);
    Ranks& ranks = cluster.ranks();
    ranks.Run("make", JsonObject{{"name", "x"}, {"rows", 100}}, {});
    ranks.Run("widen", JsonObject{{"from", "x"}, {"to", "y"}}, {});
    ranks.Run("make", JsonObject{{"name", "none"}, {"rows", 0}}, {});
    for (int i = 0; i < 4; ++i) {
      cluster.Kill((first + i - 1) % 4 + 1);
      cluster.AwaitRepair();
      EXPECT_EQ(ranks.size(), 4 - i);
      EXPECT_EQ(cluster.Sums("y"), Expected(100, 2));
      EXPECT_EQ(cluster.Sums("none"), Expected(0, 1));
      EXPECT_EQ(ranks.Reports().size(), static_cast<size_t>(3 - i));
      EXPECT_EQ(ranks.catalog().GetFrame("y")->layout().ranks(), static_cast<size_t>(4 - i));
    }
    ASSERT_EQ(ranks.Losses().size(), 4U);
    EXPECT_EQ(ranks.Losses()[0].rank, first);
    EXPECT_TRUE(ranks.Losses()[0].frames_gone.empty());
    // What is made afterwards is as good.
    ranks.Run("make", JsonObject{{"name", "z"}, {"rows", 30}}, {});
    EXPECT_EQ(cluster.Sums("z"), Expected(30, 1));
  }
}

TEST(LostRanks, TwoAtOnceThatAreNotNeighbours) {
  Cluster cluster(6);
  cluster.ranks().Run("make", JsonObject{{"name", "x"}, {"rows", 200}}, {});
  cluster.Kill(1);
  cluster.Kill(3);
  cluster.AwaitRepair();
  EXPECT_EQ(cluster.Sums("x"), Expected(200, 1));
}

TEST(LostRanks, BothCopiesGoneIsTold) {
  Cluster cluster(5);
  Ranks& ranks = cluster.ranks();
  ranks.Run("make", JsonObject{{"name", "x"}, {"rows", 200}}, {});
  ranks.Run("make", JsonObject{{"name", "small"}, {"rows", 7}}, {});  // rank 0's alone
  cluster.Kill(2);
  cluster.Kill(3);
  cluster.AwaitRepair();
  try {
    cluster.Sums("x");
    FAIL() << "it throws";
  } catch (const NotFound& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("ranks were lost"));
  }
  EXPECT_EQ(cluster.Sums("small"), Expected(7, 1));
  EXPECT_THAT(ranks.Losses()[0].frames_gone, testing::ElementsAre("x"));
}

TEST(LostRanks, ACommandBeginsAgainAndSaysSo) {
  Cluster cluster(3);
  Ranks& ranks = cluster.ranks();
  ranks.Run("make", JsonObject{{"name", "x"}, {"rows", 100}}, {});
  Notes notes;
  CancelToken cancel;
  std::thread caller([&] {
    EXPECT_THROW(ranks.Run("wait", nullptr, {.progress = &notes, .cancel = &cancel}), Cancelled);
  });
  std::this_thread::sleep_for(milliseconds(30));
  cluster.Kill(1);
  cluster.AwaitRepair();
  EXPECT_EQ(cluster.Sums("x"), Expected(100, 1));
  cancel.Cancel();
  caller.join();
  ASSERT_EQ(notes.notes.size(), 1U);
  EXPECT_THAT(notes.notes[0], testing::HasSubstr("rank 1"));
}

TEST(LostRanks, WhatALossCutShortDoesNotCount) {
  for (const int delay : {0, 30, 100}) {
    Cluster cluster(3);
    std::thread killer([&] {
      std::this_thread::sleep_for(milliseconds(delay));
      cluster.Kill(2);
    });
    EXPECT_EQ(cluster.ranks().Run("alone", nullptr, {}).as_string(), "all");
    killer.join();
  }
}

TEST(LostRanks, AUserWhoDoesNotWaitForTheRepairGetsItsEnd) {
  Cluster cluster(3);
  CancelToken cancel;
  std::thread caller(
      [&] { EXPECT_THROW(cluster.ranks().Run("wait", nullptr, {.cancel = &cancel}), Cancelled); });
  std::this_thread::sleep_for(milliseconds(20));
  cluster.Kill(1);
  cancel.Cancel();
  caller.join();
  cluster.AwaitRepair();
}

TEST(LostRanks, WithoutReplicasTheUserIsTold) {
  Cluster cluster(3, false);
  Ranks& ranks = cluster.ranks();
  ranks.Run("make", JsonObject{{"name", "x"}, {"rows", 100}}, {});
  cluster.Kill(2);
  EXPECT_THROW(cluster.Sums("x"), RankFailure);
  EXPECT_EQ(ranks.size(), 3);
}

TEST(LostRanks, OneThatIsSilentForTooLongIsLost) {
  Cluster cluster(3, true, milliseconds(3000));
  Ranks& ranks = cluster.ranks();
  ranks.Run("make", JsonObject{{"name", "x"}, {"rows", 100}}, {});
  while (!ranks.Reports()[0].state) std::this_thread::sleep_for(milliseconds(1));
  cluster.Silence(1);
  while (ranks.size() == 3) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_EQ(cluster.Sums("x"), Expected(100, 1));
  ASSERT_EQ(ranks.Losses().size(), 1U);
  EXPECT_EQ(ranks.Losses()[0].host, "h1");
  EXPECT_THAT(ranks.Losses()[0].reason, testing::HasSubstr("has not answered for"));
}

TEST(LostRanks, WhatAFailedCommandLeavesSurvives) {
  Cluster cluster(3);
  Ranks& ranks = cluster.ranks();
  EXPECT_THROW(ranks.Run("leave_and_fail", JsonObject{{"name", "x"}, {"rows", 100}}, {}),
               UserError);
  cluster.Kill(1);
  cluster.AwaitRepair();
  EXPECT_EQ(cluster.Sums("x"), Expected(100, 1));
}

// Losses at any moment of commands that change frames, and of repairs.
TEST(LostRanks, RandomMoments) {
  const char* more = std::getenv("THALWEG_LOSS_SEEDS");
  const uint64_t seeds = more == nullptr ? 10 : std::strtoull(more, nullptr, 10);
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const int size = 3 + static_cast<int>(random.Below(3));
    Cluster cluster(size);
    Ranks& ranks = cluster.ranks();
    const auto rows = static_cast<int64_t>(random.Below(200));
    ranks.Run("make", JsonObject{{"name", "x0"}, {"rows", rows}}, {});
    auto other = std::async(std::launch::async, [&] {
      for (int i = 0; i < 30; ++i) {
        ranks.Run("make", JsonObject{{"name", "o"}, {"rows", i}}, {});
        EXPECT_EQ(cluster.Sums("o"), Expected(i, 1));
      }
    });
    auto killer = std::async(std::launch::async, [&] {
      std::vector<int> left;
      for (int r = 1; r < size; ++r) left.push_back(r);
      while (left.size() > 1) {
        std::this_thread::sleep_for(std::chrono::microseconds(random.Below(40'000)));
        const size_t which = random.Below(left.size());
        cluster.Kill(left[which]);
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(which));
        cluster.AwaitRepair();
      }
    });
    constexpr int kRounds = 12;
    for (int i = 0; i < kRounds; ++i) {
      ranks.Run("widen",
                JsonObject{{"from", "x" + std::to_string(i)}, {"to", "x" + std::to_string(i + 1)}},
                {});
    }
    other.get();
    killer.get();
    EXPECT_EQ(cluster.Sums("x" + std::to_string(kRounds)), Expected(rows, kRounds + 1));
    EXPECT_EQ(ranks.catalog().size(), 2U);
    EXPECT_EQ(ranks.size(), 2);
  }
}

}  // namespace
}  // namespace thalweg
