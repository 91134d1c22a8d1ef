#include "mapreduce/rollups.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "base/random.h"
#include "cluster/local/local_ranks.h"
#include "frame/chunk_builder.h"
#include "mapreduce/cell_moments.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/map_reduce.h"
#include "mapreduce/weighted_rollups.h"

namespace thalweg {
namespace {

constexpr size_t kChunkRows = 3000;

// One real column per vector, all of one length.
Frame FrameOf(const std::vector<std::vector<double>>& cells, size_t chunk_rows = kChunkRows,
              EncodeOptions options = {}) {
  std::vector<int64_t> starts = {0};
  const size_t rows = cells[0].size();
  while (starts.back() < static_cast<int64_t>(rows)) {
    starts.push_back(
        std::min(static_cast<int64_t>(rows), starts.back() + static_cast<int64_t>(chunk_rows)));
  }
  auto layout = std::make_shared<const Layout>(starts);
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (const std::vector<double>& column : cells) {
    std::vector<ChunkPtr> chunks;
    for (size_t c = 0; c + 1 < starts.size(); ++c) {
      chunks.push_back(
          EncodeReals(std::span(column).subspan(static_cast<size_t>(starts[c]),
                                                static_cast<size_t>(starts[c + 1] - starts[c])),
                      options));
    }
    names.push_back("C" + std::to_string(names.size() + 1));
    columns.push_back(std::make_shared<const Column>(ColumnType::kReal, std::move(chunks)));
  }
  return Frame(layout, names, columns);
}

struct Expected {
  int64_t missing = 0;
  int64_t zeros = 0;
  double min = INFINITY;
  double max = -INFINITY;
  double mean = NAN;
  double sd = NAN;
};

// The textbook's two passes, in long double.
Expected Naive(const std::vector<double>& cells) {
  Expected e;
  long double sum = 0;
  int64_t count = 0;
  for (const double cell : cells) {
    if (std::isnan(cell)) {
      ++e.missing;
      continue;
    }
    e.zeros += cell == 0 ? 1 : 0;
    e.min = std::min(e.min, cell);
    e.max = std::max(e.max, cell);
    sum += cell;
    ++count;
  }
  const long double mean = sum / count;
  long double squares = 0;
  for (const double cell : cells) {
    if (!std::isnan(cell)) squares += (cell - mean) * (cell - mean);
  }
  e.mean = static_cast<double>(mean);
  e.sd = static_cast<double>(std::sqrt(squares / (count - 1)));
  return e;
}

std::vector<std::vector<double>> SomeColumns(Random& random, size_t rows) {
  std::vector<std::vector<double>> columns(7, std::vector<double>(rows));
  for (size_t i = 0; i < rows; ++i) {
    columns[0][i] = random.Normal();
    columns[1][i] = 1e9 + static_cast<double>(random.Below(100)) / 100;
    columns[2][i] = random.Bernoulli(0.01) ? random.Uniform(-5, 5) : 0;
    columns[3][i] = random.Bernoulli(0.002) ? 1 : 0;
    columns[4][i] = 4.25;
    columns[5][i] = random.Bernoulli(0.3) ? kMissingReal : static_cast<double>(random.Below(9));
    columns[6][i] = random.Bernoulli(0.03) ? kMissingReal : (random.Bernoulli(0.02) ? -7 : 0);
  }
  return columns;
}

TEST(RollupsTest, AgreeWithTheTextbook) {
  Random random(1);
  ThreadPool pool(2);
  const std::vector<std::vector<double>> columns = SomeColumns(random, 20'000);
  const std::vector<Rollups> rollups = ComputeRollups(FrameOf(columns), pool);
  for (size_t i = 0; i < columns.size(); ++i) {
    SCOPED_TRACE(i);
    const Expected e = Naive(columns[i]);
    EXPECT_EQ(rollups[i].rows, 20'000);
    EXPECT_EQ(rollups[i].missing, e.missing);
    EXPECT_EQ(rollups[i].zeros, e.zeros);
    EXPECT_EQ(rollups[i].min, e.min);
    EXPECT_EQ(rollups[i].max, e.max);
    EXPECT_NEAR(rollups[i].mean, e.mean, 1e-12 * std::abs(e.mean) + 1e-15);
    EXPECT_NEAR(rollups[i].sd, e.sd, 1e-9 * e.sd);
    EXPECT_EQ(rollups[i].integral, i == 3 || i == 5 || i == 6);
  }
}

TEST(RollupsTest, TheSameForEveryNumberOfThreads) {
  Random random(2);
  const Frame frame = FrameOf(SomeColumns(random, 30'000), 700);
  ThreadPool one(1);
  const std::vector<Rollups> expected = ComputeRollups(frame, one);
  for (const size_t threads : {2UL, 3UL, 5UL}) {
    ThreadPool pool(threads);
    const std::vector<Rollups> rollups = ComputeRollups(frame, pool);
    for (size_t i = 0; i < rollups.size(); ++i) {
      EXPECT_EQ(rollups[i].mean, expected[i].mean);
      EXPECT_EQ(rollups[i].sd, expected[i].sd);
    }
  }
}

TEST(RollupsTest, NothingToMeasure) {
  ThreadPool pool(1);
  const std::vector<Rollups> rollups =
      ComputeRollups(FrameOf({{kMissingReal, kMissingReal}, {5, kMissingReal}}), pool);
  EXPECT_EQ(rollups[0].missing, 2);
  EXPECT_TRUE(std::isnan(rollups[0].mean));
  EXPECT_TRUE(std::isnan(rollups[0].min));
  EXPECT_EQ(rollups[1].mean, 5);
  EXPECT_TRUE(std::isnan(rollups[1].sd));
  EXPECT_TRUE(
      ComputeRollups(Frame(std::make_shared<const Layout>(std::vector<int64_t>{0}), {}, {}), pool)
          .empty());
}

TEST(RollupsTest, TextHasNoMoments) {
  ThreadPool pool(1);
  const std::vector<std::string_view> cells = {"a", std::string_view(), "b"};
  const Frame frame(std::make_shared<const Layout>(std::vector<int64_t>{0, 3}), {"t"},
                    {std::make_shared<const Column>(ColumnType::kString,
                                                    std::vector<ChunkPtr>{EncodeStrings(cells)})});
  const Rollups rollups = ComputeRollups(frame, pool)[0];
  EXPECT_EQ(rollups.missing, 1);
  EXPECT_FALSE(rollups.integral);
  EXPECT_TRUE(std::isnan(rollups.max));
}

TEST(RollupsTest, InfiniteCells) {
  ThreadPool pool(1);
  std::vector<double> cells(5000, 1.5);
  cells[100] = cells[4000] = INFINITY;
  const Rollups rollups = ComputeRollups(FrameOf({cells}, 1000), pool)[0];
  EXPECT_EQ(rollups.max, INFINITY);
  EXPECT_EQ(rollups.mean, INFINITY);
  EXPECT_EQ(rollups.min, 1.5);
}

TEST(MapReduceTest, JoinsInOrder) {
  ThreadPool pool(3);
  const std::vector<size_t> order = MapReduce(
      50, pool, std::vector<size_t>(), [](size_t i) { return i * i; },
      [](size_t task, size_t part, std::vector<size_t>* all) {
        EXPECT_EQ(task, all->size());
        all->push_back(part);
      });
  ASSERT_EQ(order.size(), 50U);
  for (size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i * i);
}

void ExpectSame(const std::vector<Rollups>& got, const std::vector<Rollups>& want, double near) {
  ASSERT_EQ(got.size(), want.size());
  const auto expect_near = [&](double a, double b) {
    if (std::isnan(b)) {
      EXPECT_TRUE(std::isnan(a));
    } else {
      EXPECT_NEAR(a, b, near * std::abs(b));
    }
  };
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(got[i].rows, want[i].rows);
    EXPECT_EQ(got[i].missing, want[i].missing);
    EXPECT_EQ(got[i].zeros, want[i].zeros);
    EXPECT_EQ(got[i].integral, want[i].integral);
    expect_near(got[i].min, want[i].min);
    expect_near(got[i].max, want[i].max);
    expect_near(got[i].mean, want[i].mean);
    expect_near(got[i].sd, want[i].sd);
  }
}

TEST(RollupsTest, OverRanksAreThoseOfAllRows) {
  Random random(5);
  for (const size_t rows : {1, 2, 7000, 20'000}) {
    std::vector<std::vector<double>> cells(4, std::vector<double>(rows));
    std::vector<double> weights(rows);
    for (size_t r = 0; r < rows; ++r) {
      cells[0][r] = random.Normal() * 1e6 + 3;
      cells[1][r] = static_cast<double>(random.Below(3));
      cells[2][r] = kMissingReal;
      cells[3][r] = r % 7 == 0 ? kMissingReal : random.Uniform(0, 1);
      weights[r] = static_cast<double>(random.Below(4)) / 2;
    }
    const Frame frame = FrameOf(cells);
    ThreadPool pool(2);
    const std::vector<Rollups> want = ComputeRollups(frame, pool);
    const std::vector<Rollups> weighted = ComputeWeightedRollups(frame, weights, pool);
    for (const int size : {1, 2, 3, 9}) {
      RunLocalRanks(size, [&](Communicator& ranks) {
        ThreadPool own_pool(1);
        const Frame over = KeepOwnChunks(frame, ranks);
        const Layout& layout = over.layout();
        const auto me = static_cast<size_t>(ranks.rank());
        const auto begin = size == 1 ? 0 : layout.ChunkStart(layout.FirstChunkOf(me));
        const auto end = size == 1 ? frame.rows() : layout.ChunkStart(layout.FirstChunkOf(me + 1));
        const Frame part = OwnPart(over, ranks);
        ExpectSame(ComputeRollups(part, ranks, own_pool), want, 0);
        const std::span<const double> own(weights.begin() + begin, weights.begin() + end);
        ExpectSame(ComputeWeightedRollups(part, own, ranks, own_pool), weighted, 1e-12);
      });
    }
  }
}

}  // namespace
}  // namespace thalweg
