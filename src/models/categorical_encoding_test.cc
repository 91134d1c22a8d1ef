#include "models/categorical_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "models/frame_for_test.h"
#include "models/row_store.h"

namespace thalweg {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

LevelStatistics Statistics(std::vector<int64_t> counts, int64_t missing = 0) {
  return {.counts = std::move(counts), .missing = missing};
}

TEST(CategoricalEncoding, TablesByHand) {
  const LevelStatistics s = Statistics({2, 1, 1}, 1);
  EXPECT_THAT(MakeLevelTable(CategoricalEncoding::kOneHotExplicit, s, false).values,
              ElementsAre(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1));
  // 1, 2, 3 and 0 for missing, in two bits.
  EXPECT_THAT(MakeLevelTable(CategoricalEncoding::kBinary, s, false).values,
              ElementsAre(0, 1, 1, 0, 1, 1, 0, 0));
  // Missing cells become the mean of 0, 0, 1, 2.
  EXPECT_THAT(MakeLevelTable(CategoricalEncoding::kLabelEncoder, s, false).values,
              ElementsAre(0, 1, 2, 0.75));
  LevelStatistics sorted = s;
  sorted.mean_response = {5, kMissingReal, -1};
  EXPECT_THAT(MakeLevelTable(CategoricalEncoding::kSortByResponse, sorted, false).values,
              ElementsAre(1, 2, 0, 1));
}

TEST(CategoricalEncoding, StandardizedTablesHaveMeanZeroAndDeviationOne) {
  const LevelStatistics s = Statistics({5, 1, 3}, 2);
  for (auto encoding : {CategoricalEncoding::kOneHotExplicit, CategoricalEncoding::kBinary,
                        CategoricalEncoding::kEigen, CategoricalEncoding::kLabelEncoder}) {
    const LevelTable table = MakeLevelTable(encoding, s, true);
    for (size_t c = 0; c < table.width; ++c) {
      double sum = 0, squares = 0;
      for (size_t r = 0; r < 4; ++r) {
        const double n = r < 3 ? static_cast<double>(s.counts[r]) : 2;
        const double value = table.values[r * table.width + c];
        sum += n * value;
        squares += n * value * value;
      }
      EXPECT_NEAR(sum, 0, 1e-9);
      EXPECT_NEAR(squares / 10, 1, 1e-9);
    }
  }
}

TEST(CategoricalEncoding, EigenIsTheLeadingEigenvectorOfTheCovariance) {
  const LevelTable table =
      MakeLevelTable(CategoricalEncoding::kEigen, Statistics({6, 3, 1}), false);
  const double p[] = {0.6, 0.3, 0.1};
  const auto times = [&](size_t i) {  // row i of diag(p) - p p' times v
    double along = 0;
    for (size_t k = 0; k < 3; ++k) along += p[k] * table.values[k];
    return p[i] * (table.values[i] - along);
  };
  const double lambda = times(0) / table.values[0];
  EXPECT_GT(lambda, 0.3);  // of the trace 0.54, the other eigenvalue has the rest
  EXPECT_NEAR(times(1), lambda * table.values[1], 1e-6);
  EXPECT_NEAR(times(2), lambda * table.values[2], 1e-6);
}

TEST(CategoricalEncoding, CapKeepsSmallColumnsWhole) {
  const std::vector<size_t> counts = {2, 100, 5, 50};
  EXPECT_EQ(LevelCap(counts, 1000), 100U);
  EXPECT_EQ(LevelCap(counts, 47), 20U);  // 2 + 5 + 20 + 20
  EXPECT_EQ(LevelCap(counts, 4), 1U);
}

FeatureEncoder Fit(const Frame& frame, const FeatureOptions& options,
                   std::vector<std::string>* warnings = nullptr) {
  ThreadPool pool(2);
  std::vector<std::string> ignored;
  const std::vector<size_t> all =
      frame.columns() == 1 ? std::vector<size_t>{0} : std::vector<size_t>{0, 1};
  return FeatureEncoder::Fit(frame, all, options, pool, warnings != nullptr ? *warnings : ignored);
}

// The dense inputs and the units of the entries of each row.
std::vector<std::vector<double>> Rows(const FeatureEncoder& fitted, const Frame& frame) {
  const FeatureEncoder encoder = FeatureEncoder::FromJson(fitted.ToJson(), "test");
  ThreadPool pool(1);
  const RowStore store(FeatureBinding(encoder, frame), 0, frame.rows(), {}, pool);
  InputBatch<float> batch(encoder.shape(), store.rows());
  std::vector<std::vector<double>> rows;
  for (size_t r = 0; r < store.rows(); ++r) {
    store.Gather(r, batch, r);
    rows.emplace_back(batch.dense.row(r), batch.dense.row(r) + encoder.shape().dense);
    for (const auto& e : batch.entries[r]) rows.back().push_back(e.unit);
  }
  return rows;
}

TEST(CategoricalEncoding, DenseInputsStandBesideNumbers) {
  const Frame frame = FrameMaker(4)
                          .Enum("color", {"blue", "green", "red"}, {0, 2, 1, -1})
                          .Real("x", {0.25, 1000, 3, 4})
                          .Make();
  const FeatureEncoder encoder =
      Fit(frame, {.standardize = false, .categorical_encoding = CategoricalEncoding::kBinary});
  EXPECT_EQ(encoder.shape(), (InputShape{0, 3, 0}));
  EXPECT_THAT(Rows(encoder, frame), ElementsAre(ElementsAre(0, 1, 0.25), ElementsAre(1, 1, 1000),
                                                ElementsAre(1, 0, 3), ElementsAre(0, 0, 4)));
  EXPECT_THAT(encoder.columns()[0].UnitNames(), ElementsAre("color.bit1", "color.bit2"));
  // Another order of levels, one of them never seen: as missing.
  const Frame other =
      FrameMaker(3).Enum("color", {"red", "violet", "blue"}, {0, 1, 2}).Real("x", {0, 0, 0}).Make();
  EXPECT_THAT(Rows(encoder, other),
              ElementsAre(ElementsAre(1, 1, 0), ElementsAre(0, 0, 0), ElementsAre(0, 1, 0)));
}

TEST(CategoricalEncoding, EnumLimitedKeepsTheMostFrequent) {
  std::vector<std::string> levels;
  std::vector<int64_t> codes;
  for (int64_t level = 0; level < 13; ++level) {
    levels.push_back(std::string(1, static_cast<char>('a' + level)));
    for (int64_t n = 0; n < (level < 3 ? 1 : 2); ++n) codes.push_back(level);
  }
  const Frame frame = FrameMaker(codes.size()).Enum("x", levels, codes).Make();
  const FeatureEncoder encoder =
      Fit(frame, {.categorical_encoding = CategoricalEncoding::kEnumLimited});
  EXPECT_EQ(encoder.shape(), (InputShape{kLimitedLevels + 1, 0, 0}));
  const auto rows = Rows(encoder, frame);
  EXPECT_THAT(rows[0], ElementsAre(kLimitedLevels));  // a, b, c are the others
  EXPECT_THAT(rows[2], ElementsAre(kLimitedLevels));
  EXPECT_THAT(rows[3], ElementsAre(0));  // d
  const Frame other = FrameMaker(1).Enum("x", {"new"}, {0}).Make();
  EXPECT_THAT(Rows(encoder, other)[0], ElementsAre(kLimitedLevels));
}

TEST(CategoricalEncoding, ManyLevelsAreHashed) {
  std::vector<std::string> levels;
  std::vector<int64_t> codes;
  for (int64_t level = 0; level < 500; ++level) {
    levels.push_back("level" + std::to_string(level));
    codes.push_back(level);
  }
  codes.back() = -1;
  std::vector<int64_t> few(500);
  for (size_t i = 0; i < 500; ++i) few[i] = static_cast<int64_t>(i % 2);
  const Frame frame =
      FrameMaker(500, 100).Enum("many", levels, codes).Enum("few", {"n", "y"}, few).Make();
  std::vector<std::string> warnings;
  const FeatureEncoder encoder = Fit(frame, {.max_categorical_features = 33}, &warnings);
  EXPECT_EQ(encoder.shape(), (InputShape{33, 0, 0}));
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings[0], HasSubstr("hashed the levels of many"));
  EXPECT_EQ(encoder.columns()[0].UnitNames().size(), 31U);
  std::vector<int> used(33);
  const auto rows = Rows(encoder, frame);
  for (const auto& row : rows) ++used[static_cast<size_t>(row[0])];
  EXPECT_EQ(used[30], 1);  // the missing cell alone
  for (size_t b = 0; b < 30; ++b) EXPECT_GT(used[b], 2);
  EXPECT_THAT(rows[0][1], 31);  // the small column keeps its levels
  // A level keeps its bucket in other frames.
  const Frame other = FrameMaker(1).Enum("many", {"level7"}, {0}).Enum("few", {"y"}, {0}).Make();
  EXPECT_EQ(Rows(encoder, other)[0], rows[7]);
  EXPECT_THROW(Fit(frame, {.max_categorical_features = 1}), FieldErrors);
}

}  // namespace
}  // namespace thalweg
