#include "jobs/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <span>
#include <thread>

#include "base/error.h"
#include "base/json.h"
#include "cluster/local/local_transport.h"
#include "frame/chunk_builder.h"
#include "jobs/rank_frames.h"

namespace thalweg {
namespace {

// {"name", "rows"}: a column of 0, 1, 2, … in chunks of 7 rows.
Json Count(const Json& arguments, CommandContext& context) {
  const int64_t rows = arguments.at("rows").as_int64();
  std::vector<int64_t> starts = {0};
  std::vector<ChunkPtr> chunks;
  while (starts.back() < rows) {
    std::vector<int64_t> cells;
    for (int64_t r = starts.back(); r < std::min(rows, starts.back() + 7); ++r) cells.push_back(r);
    chunks.push_back(EncodeIntegers(cells));
    starts.push_back(starts.back() + static_cast<int64_t>(cells.size()));
  }
  PutWholeFrame(std::string(arguments.at("name").as_string()),
                Frame(std::make_shared<const Layout>(starts), {"n"},
                      {std::make_shared<const Column>(ColumnType::kInteger, std::move(chunks))}),
                context);
  return nullptr;
}

// {"name"}: the sum of the cells, each rank adding its own.
Json Sum(const Json& arguments, CommandContext& context) {
  const auto frame = context.catalog.GetFrame(std::string(arguments.at("name").as_string()));
  int64_t sum = 0;
  for (size_t c = 0; c < frame->layout().chunks(); ++c) {
    if (!frame->column(0).chunk_ptr(c)) continue;
    std::vector<int64_t> cells(frame->column(0).chunk(c).rows());
    frame->column(0).chunk(c).Decode(0, std::span<int64_t>(cells));
    for (const int64_t cell : cells) sum += cell;
  }
  context.ranks.AllReduceSum(std::span<int64_t>(&sum, 1));
  const auto whole = GetWholeFrame(std::string(arguments.at("name").as_string()), context);
  int64_t again = 0;
  std::vector<int64_t> cells(static_cast<size_t>(whole->rows()));
  ReadCells(*whole, 0, 0, std::span<int64_t>(cells));
  for (const int64_t cell : cells) again += cell;
  Check(again == sum, "the whole frame has the same cells");
  return sum;
}

// {"rank"}: that rank fails, the others wait for it.
Json Fail(const Json& arguments, CommandContext& context) {
  if (context.ranks.rank() == arguments.at("rank").as_int64()) throw UserError("it went wrong");
  context.ranks.Barrier();
  return nullptr;
}

Json Progress(const Json&, CommandContext& context) {
  context.work.Report(0.25, "a quarter");
  return nullptr;
}

// Until it is cancelled; each rank waits by itself.
Json Wait(const Json&, CommandContext& context) {
  for (;;) {
    context.work.ThrowIfCancelled();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// Without an end, together.
Json Meet(const Json&, CommandContext& context) {
  for (;;) {
    context.ranks.Barrier();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

std::vector<Command> Commands() {
  return {{"count", &Count},       {"sum", &Sum},   {"fail", &Fail},
          {"progress", &Progress}, {"wait", &Wait}, {"meet", &Meet}};
}

// Ranks that are threads, or that talk as processes do.
class RanksTest : public testing::TestWithParam<bool> {
 protected:
  Ranks& Start(int size) {
    End();
    if (!GetParam()) {
      ranks_.emplace(RanksOptions{.ranks = size, .threads = 2}, Commands());
      return *ranks_;
    }
    network_.emplace(size);
    for (int r = 1; r < size; ++r) {
      others_.emplace_back([this, r] {
        EXPECT_TRUE(ServeCommands(network_->transport(r), {.threads = 2}, Commands()));
      });
    }
    return ranks_.emplace(network_->transport(0), ProcessOptions{.threads = 2}, Commands());
  }

  void End() {
    ranks_.reset();
    for (std::thread& other : others_) other.join();
    others_.clear();
  }
  void TearDown() override { End(); }

 private:
  std::optional<LocalNetwork> network_;
  std::vector<std::thread> others_;
  std::optional<Ranks> ranks_;
};

TEST_P(RanksTest, CommandsRunOnEveryRanksOwnRows) {
  for (const int size : {1, 2, 3, 5}) {
    Ranks& ranks = Start(size);
    EXPECT_EQ(ranks.size(), size);
    EXPECT_EQ(ranks.threads(), 2U);
    ranks.Run("count", JsonObject{{"name", "x"}, {"rows", 50}}, {});
    EXPECT_EQ(ranks.Run("sum", JsonObject{{"name", "x"}}, {}).as_int64(), 49 * 50 / 2);
    EXPECT_EQ(ranks.catalog().GetFrame("x")->rows(), 50);
  }
}

TEST_P(RanksTest, AFailureOfAnyRankEndsTheCommandOnAll) {
  Ranks& ranks = Start(3);
  for (const int rank : {0, 1, 2}) {
    try {
      ranks.Run("fail", JsonObject{{"rank", rank}}, {});
      FAIL() << "it throws";
    } catch (const UserError& error) {
      EXPECT_STREQ(error.what(), "it went wrong");
    }
  }
  ranks.Run("count", JsonObject{{"name", "x"}, {"rows", 3}}, {});
  EXPECT_EQ(ranks.Run("sum", JsonObject{{"name", "x"}}, {}).as_int64(), 3);
}

TEST_P(RanksTest, CommandsOfManyCallersRunSideBySide) {
  Ranks& ranks = Start(3);
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&, i] {
      const std::string name = "f" + std::to_string(i);
      for (int round = 0; round < 20; ++round) {
        ranks.Run("count", JsonObject{{"name", name}, {"rows", i * 10}}, {});
        EXPECT_EQ(ranks.Run("sum", JsonObject{{"name", name}}, {}).as_int64(),
                  i * 10 * (i * 10 - 1) / 2);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
}

class Listener : public ProgressListener {
 public:
  void Update(const ProgressUpdate& update) override { messages += update.message + ";"; }
  std::string messages;
};

TEST_P(RanksTest, ProgressIsToldOnce) {
  Ranks& ranks = Start(3);
  Listener listener;
  ranks.Run("progress", nullptr, {.progress = &listener});
  EXPECT_EQ(listener.messages, "a quarter;");
}

TEST_P(RanksTest, AnUnknownCommandIsABug) {
  EXPECT_THROW(Start(2).Run("nothing", nullptr, {}), InternalError);
}

TEST_P(RanksTest, AllRanksHearOfTheWishToEnd) {
  Ranks& ranks = Start(3);
  CancelToken cancel;
  std::thread caller(
      [&] { EXPECT_THROW(ranks.Run("wait", nullptr, {.cancel = &cancel}), Cancelled); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  cancel.Cancel();
  caller.join();
}

INSTANTIATE_TEST_SUITE_P(Kinds, RanksTest, testing::Values(false, true),
                         [](const auto& kind) { return kind.param ? "Processes" : "Threads"; });

TEST(ProcessRanks, TellOfThemselvesAndAreMissedWhenTheyDoNot) {
  LocalNetwork network(3);
  std::atomic<bool> silent{false};
  const ProcessOptions options{
      .threads = 1, .silence_limit = std::chrono::milliseconds(1500), .replicas = false};
  std::vector<std::thread> others;
  for (int r = 1; r < 3; ++r) {
    others.emplace_back([&, r] {
      EXPECT_TRUE(ServeCommands(network.transport(r), options, Commands(), [&, r]() -> Json {
        while (r == 2 && silent) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return JsonObject{{"host", "h" + std::to_string(r)}};
      }));
    });
  }
  {
    Ranks ranks(network.transport(0), options, Commands());
    ranks.Run("count", JsonObject{{"name", "x"}, {"rows", 20}}, {});
    std::vector<RankReport> reports = ranks.Reports();
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[1].rank, 2);
    while (!reports[1].state) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      reports = ranks.Reports();
    }
    EXPECT_EQ(reports[1].state->at("host").as_string(), "h2");
    silent = true;
    try {
      ranks.Run("meet", nullptr, {});
      FAIL() << "rank 2 says nothing";
    } catch (const RankFailure& error) {
      EXPECT_EQ(error.rank(), 2);
      EXPECT_THAT(error.what(), testing::HasSubstr("its process on h2 has not answered for"));
    }
    EXPECT_GT(ranks.Reports()[1].silent_seconds, 1);
    silent = false;
    // It is back.
    while (ranks.Reports()[1].silent_seconds > 0.4) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_EQ(ranks.Run("sum", JsonObject{{"name", "x"}}, {}).as_int64(), 190);
  }
  for (std::thread& other : others) other.join();
}

}  // namespace
}  // namespace thalweg
