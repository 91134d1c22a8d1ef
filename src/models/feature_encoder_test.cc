#include "models/feature_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "models/frame_for_test.h"
#include "models/row_store.h"

namespace thalweg {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNa = kMissingReal;

std::vector<size_t> AllColumns(const Frame& frame) {
  std::vector<size_t> positions(frame.columns());
  for (size_t i = 0; i < positions.size(); ++i) positions[i] = i;
  return positions;
}

struct Encoded {
  std::vector<std::vector<double>> dense;
  std::vector<std::vector<std::pair<uint32_t, double>>> entries;
};

Encoded EncodeAll(const FeatureEncoder& encoder, const Frame& frame,
                  const std::vector<uint8_t>& keep = {}) {
  ThreadPool pool(2);
  const RowStore store(FeatureBinding(encoder, frame), 0, frame.rows(), keep, pool);
  InputBatch<float> batch(encoder.shape(), store.rows());
  Encoded result;
  for (size_t r = 0; r < store.rows(); ++r) {
    store.Gather(r, batch, r);
    result.dense.emplace_back(batch.dense.row(r), batch.dense.row(r) + encoder.shape().dense);
    result.entries.emplace_back();
    for (const auto& e : batch.entries[r]) result.entries.back().emplace_back(e.unit, e.value);
  }
  return result;
}

FeatureEncoder Fit(const Frame& frame, const FeatureOptions& options = {},
                   std::vector<std::string>* warnings = nullptr) {
  ThreadPool pool(2);
  std::vector<std::string> ignored;
  return FeatureEncoder::Fit(frame, AllColumns(frame), options, pool,
                             warnings != nullptr ? *warnings : ignored);
}

TEST(FeatureEncoder, StandardizesAndImputesTheMean) {
  const Frame frame =
      FrameMaker(5).Real("bytes", {1, 2, kNa, 3, 4}).Real("wide", {0.5, 1000.25, 7, kNa, 3}).Make();
  const FeatureEncoder encoder = Fit(frame);
  EXPECT_EQ(encoder.shape(), (InputShape{0, 2, 0}));
  EXPECT_EQ(encoder.narrow_units(), 1U);
  const Encoded rows = EncodeAll(encoder, frame);
  const double sd = std::sqrt(5.0 / 3);
  const std::vector<double> expected = {-1.5 / sd, -0.5 / sd, 0, 0.5 / sd, 1.5 / sd};
  double sum = 0;
  for (size_t r = 0; r < 5; ++r) {
    EXPECT_NEAR(rows.dense[r][0], expected[r], 1e-6) << r;
    sum += rows.dense[r][1];
  }
  EXPECT_NEAR(sum, 0, 1e-5);
  EXPECT_EQ(rows.dense[3][1], 0);

  const FeatureEncoder plain = Fit(frame, {.standardize = false});
  const Encoded as_is = EncodeAll(plain, frame);
  EXPECT_EQ(as_is.dense[2][0], 2.5);
  EXPECT_EQ(as_is.dense[3][0], 3);
  EXPECT_EQ(as_is.dense[1][1], 1000.25);
}

TEST(FeatureEncoder, MostlyZeroColumnsCanKeepTheirZeros) {
  const Frame frame = FrameMaker(4).Real("pixel", {0, 0, 0, 4}).Real("full", {1, 2, 3, 4}).Make();
  const auto centred = EncodeAll(Fit(frame), frame);
  EXPECT_FLOAT_EQ(centred.dense[0][0], -0.5);
  const auto kept = EncodeAll(Fit(frame, {.keep_zeros = true}), frame);
  EXPECT_EQ(kept.dense[0][0], 0);
  EXPECT_FLOAT_EQ(kept.dense[3][0], 2);  // the standard deviation is 2
  EXPECT_EQ(kept.dense[1][1], centred.dense[1][1]);
}

TEST(FeatureEncoder, LargeOffsetsKeepTheirDigits) {
  const Frame frame = FrameMaker(3).Real("t", {1.6e12, 1.6e12 + 1000.5, 1.6e12 + 2001}).Make();
  const Encoded rows = EncodeAll(Fit(frame), frame);
  EXPECT_NEAR(rows.dense[0][0], -1, 1e-6);
  EXPECT_NEAR(rows.dense[1][0], 0, 1e-6);
  EXPECT_NEAR(rows.dense[2][0], 1, 1e-6);
}

TEST(FeatureEncoder, CellsThatFitNoByteAreStillRight) {
  std::vector<double> train(256);
  for (size_t i = 0; i < 256; ++i) train[i] = static_cast<double>(i);
  const Frame frame = FrameMaker(256, 100).Real("x", train).Make();
  const FeatureEncoder encoder = Fit(frame);
  EXPECT_EQ(encoder.narrow_units(), 1U);
  const double mean = 127.5, sd = encoder.columns()[0].scale;
  // In range with 255; out of range; a fraction; missing beside 255.
  for (const std::vector<double>& cells :
       {std::vector<double>{0, 255, 7}, {-3, 300, 5}, {1.5, 2, 3}, {255, kNa, 1}}) {
    const Encoded rows = EncodeAll(encoder, FrameMaker(3).Real("x", cells).Make());
    for (size_t r = 0; r < 3; ++r) {
      const double expected = std::isnan(cells[r]) ? 0 : (cells[r] - mean) * sd;
      EXPECT_NEAR(rows.dense[r][0], expected, 1e-5) << cells[r];
    }
  }
}

TEST(FeatureEncoder, LevelsHaveUnitsAndMissingOnesOneOfTheirOwn) {
  const Frame frame = FrameMaker(4)
                          .Enum("with", {"a", "b", "c"}, {0, 2, -1, 1})
                          .Enum("without", {"x", "y"}, {1, 0, 0, 1})
                          .Make();
  const FeatureEncoder encoder = Fit(frame);
  EXPECT_EQ(encoder.shape(), (InputShape{6, 0, 0}));  // a b c missing x y
  using Entries = std::vector<std::pair<uint32_t, double>>;
  EXPECT_THAT(EncodeAll(encoder, frame).entries,
              ElementsAre(Entries{{0, 1}, {5, 1}}, Entries{{2, 1}, {4, 1}}, Entries{{3, 1}, {4, 1}},
                          Entries{{1, 1}, {5, 1}}));
  // Other order of levels, one never seen, and missing cells where training had none.
  const Frame other = FrameMaker(3)
                          .Enum("without", {"new", "x"}, {0, 1, -1})
                          .Enum("with", {"c", "new"}, {0, 1, 0})
                          .Make();
  EXPECT_THAT(EncodeAll(encoder, other).entries,
              ElementsAre(Entries{{2, 1}}, Entries{{3, 1}, {4, 1}}, Entries{{2, 1}}));

  const FeatureEncoder fewer = Fit(frame, {.use_all_factor_levels = false});
  EXPECT_EQ(fewer.shape().levels, 4U);  // b c missing y
  EXPECT_THAT(
      EncodeAll(fewer, frame).entries,
      ElementsAre(Entries{{3, 1}}, Entries{{1, 1}}, Entries{{2, 1}}, Entries{{0, 1}, {3, 1}}));
}

TEST(FeatureEncoder, NamesWhatItLeavesOut) {
  const Frame frame = FrameMaker(3)
                          .Real("same", {5, 5, 5})
                          .Real("empty", {kNa, kNa, kNa})
                          .Enum("one", {"a", "b"}, {1, 1, 1})
                          .Real("good", {1, 2, 3})
                          .Make();
  std::vector<std::string> warnings;
  EXPECT_EQ(Fit(frame, {}, &warnings).columns().size(), 1U);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("constant columns: same, empty, one")));
  EXPECT_EQ(Fit(frame, {.ignore_const_cols = false}).columns().size(), 3U);
  const size_t bad[] = {0, 1};
  ThreadPool pool(1);
  EXPECT_THROW(FeatureEncoder::Fit(frame, bad, {}, pool, warnings), UserError);
}

TEST(FeatureEncoder, SparseColumnsKeepTheirZeros) {
  FrameMaker maker(200, 64);
  Random random(1);
  std::vector<std::vector<double>> cells(300, std::vector<double>(200));
  for (size_t c = 0; c < cells.size(); ++c) {
    for (size_t r = 0; r < 200; ++r) {
      if (random.Bernoulli(0.03)) cells[c][r] = c % 2 == 0 ? 1 : random.Uniform(-8, 8);
    }
    if (c == 4) cells[c][10] = kNa;
    maker.Real("c" + std::to_string(c), cells[c]);
  }
  const Frame frame = maker.Make();
  const FeatureEncoder encoder = Fit(frame);
  ASSERT_EQ(encoder.shape().dense, 0U);
  ASSERT_EQ(encoder.shape().sparse, encoder.columns().size());
  std::vector<uint8_t> keep(200, 1);
  keep[0] = keep[100] = 0;
  const Encoded rows = EncodeAll(encoder, frame, keep);
  ASSERT_EQ(rows.entries.size(), 198U);
  size_t at = 0;
  for (size_t r = 0; r < 200; ++r) {
    if (keep[r] == 0) continue;
    std::vector<std::pair<uint32_t, double>> expected;
    for (const FeatureColumn& c : encoder.columns()) {
      const std::vector<double>& column = cells[std::stoul(c.name.substr(1))];
      double largest = 1;
      for (double v : column) largest = std::isnan(v) ? largest : std::max(largest, std::abs(v));
      if (std::isnan(column[r])) {
        expected.emplace_back(c.unit, static_cast<float>(c.imputed));
      } else if (column[r] != 0) {
        expected.emplace_back(c.unit, static_cast<float>(column[r] * (1 / largest)));
      }
    }
    EXPECT_EQ(rows.entries[at++], expected) << r;
  }
}

TEST(FeatureEncoder, JsonRoundTripAndRefusals) {
  const Frame frame =
      FrameMaker(4).Enum("e", {"a", "b"}, {0, 1, -1, 1}).Real("x", {0.1, 0.2, 0.7, kNa}).Make();
  const FeatureEncoder encoder = Fit(frame);
  const Json json = ParseJson(FormatJson(encoder.ToJson()), "test");
  const FeatureEncoder again = FeatureEncoder::FromJson(json, "test");
  EXPECT_EQ(FormatJson(again.ToJson()), FormatJson(encoder.ToJson()));
  EXPECT_EQ(EncodeAll(again, frame).dense, EncodeAll(encoder, frame).dense);
  EXPECT_THROW(FeatureEncoder::FromJson(ParseJson("[{\"name\": 1}]", "t"), "t"), UserError);
  // Without types, as first models were saved.
  Json plain = json;
  for (Json& column : plain.as_array()) column.as_object().erase("type");
  const FeatureEncoder untyped = FeatureEncoder::FromJson(plain, "t");
  for (const FeatureColumn& column : untyped.columns()) {
    EXPECT_EQ(column.type == ColumnType::kCategorical, column.categorical);
    EXPECT_EQ(column.type.has_value(), column.categorical);
  }
  Json odd = json;
  odd.at(0).at("type") = "string";
  EXPECT_THROW(FeatureEncoder::FromJson(odd, "t"), UserError);
  EXPECT_THROW(FeatureBinding(encoder, FrameMaker(1).Real("x", {1}).Make()), UserError);
  EXPECT_THROW(FeatureBinding(encoder, FrameMaker(1).Real("x", {1}).Real("e", {1}).Make()),
               UserError);
}

}  // namespace
}  // namespace thalweg
