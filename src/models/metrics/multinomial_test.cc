// More than two classes: hit ratios and areas, by hand and against naive twins.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>

#include "base/json.h"
#include "base/random.h"
#include "models/metrics/classification_accumulator.h"

namespace thalweg {
namespace {

using Probabilities = std::array<float, 3>;
const std::vector<std::string> kLevels = {"a", "b", "c"};

struct Row {
  int64_t actual;
  Probabilities scores;
  double weight = 1;
};

Metrics Of(const std::vector<Row>& rows, const ClassificationOptions& options) {
  ClassificationAccumulator all(3, options);
  for (const Row& row : rows) all.Add(row.actual, row.scores, row.weight);
  return all.Finish(kLevels);
}

ClassificationOptions With(AucType type) {
  ClassificationOptions options;
  options.auc_type = type;
  return options;
}

std::vector<Row> RandomRows(size_t count, float grid, int classes, uint64_t seed) {
  Random random(seed);
  std::vector<Row> rows;
  for (size_t i = 0; i < count; ++i) {
    Row row{static_cast<int64_t>(random.Below(static_cast<uint64_t>(classes))), {}, 1};
    if (random.Bernoulli(0.5)) row.actual = 0;
    for (size_t k = 0; k < 3; ++k) {
      const double better = random.Uniform() + (static_cast<int64_t>(k) == row.actual ? 0.3 : 0);
      row.scores[k] = std::round(static_cast<float>(better) / 1.3F * grid) / grid;
    }
    row.weight = static_cast<double>(random.Below(3));
    rows.push_back(row);
  }
  return rows;
}

TEST(MultinomialMetrics, HitRatiosByHand) {
  const std::vector<Row> rows = {{0, {0.5F, 0.3F, 0.2F}},
                                 {1, {0.5F, 0.3F, 0.2F}, 2},
                                 {2, {0.5F, 0.3F, 0.2F}},
                                 // Equal ones: the first counts as the more probable one.
                                 {1, {0.25F, 0.5F, 0.25F}},
                                 {2, {0.25F, 0.5F, 0.25F}, 4},
                                 {0, {0.25F, 0.5F, 0.25F}, 0}};
  ClassificationOptions options;
  const Metrics m = Of(rows, options);
  EXPECT_EQ(m.hit_ratios, (std::vector<double>{2.0 / 9, 4.0 / 9, 1}));
  EXPECT_DOUBLE_EQ(*m.classification_error, 7.0 / 9);
  EXPECT_DOUBLE_EQ(*m.mean_per_class_error, (0 + 2.0 / 3 + 1) / 3);
  EXPECT_EQ(m.rows, 5);
  options.hit_ratio_k = 1;
  EXPECT_EQ(Of(rows, options).hit_ratios.size(), 1U);
  options.hit_ratio_k = 0;
  EXPECT_FALSE(Of(rows, options).ToJson().as_object().contains("hit_ratio_table"));
  EXPECT_FALSE(m.auc.has_value());
}

TEST(MultinomialMetrics, R2ComparesWithTheShares) {
  // Each class half of the time, always predicted by its share: no better than that.
  const Metrics m = Of({{0, {0.5F, 0.5F, 0}}, {1, {0.5F, 0.5F, 0}}}, ClassificationOptions());
  EXPECT_DOUBLE_EQ(*m.r2, 0);
  EXPECT_DOUBLE_EQ(*Of({{0, {1, 0, 0}}, {1, {0, 1, 0}}}, ClassificationOptions()).r2, 1);
}

// Share of pairs (row of class a, row of class b) in which the first has the higher p_a.
double NaiveAuc(const std::vector<Row>& rows, size_t a, int64_t b) {
  double pairs = 0, wins = 0;
  for (const Row& x : rows) {
    if (x.actual != static_cast<int64_t>(a)) continue;
    for (const Row& y : rows) {
      if (b < 0 ? y.actual == x.actual : y.actual != b) continue;
      const double weight = x.weight * y.weight;
      pairs += weight;
      wins += weight * (x.scores[a] > y.scores[a] ? 1 : x.scores[a] == y.scores[a] ? 0.5 : 0);
    }
  }
  return wins / pairs;
}

// Precision at each row of class a, averaged.
double NaivePrecision(const std::vector<Row>& rows, size_t a, int64_t b) {
  double sum = 0, weights = 0;
  for (const Row& x : rows) {
    if (x.actual != static_cast<int64_t>(a)) continue;
    double right = 0, all = 0;
    for (const Row& y : rows) {
      if (y.actual != x.actual && b >= 0 && y.actual != b) continue;
      if (y.scores[a] < x.scores[a]) continue;
      all += y.weight;
      if (y.actual == x.actual) right += y.weight;
    }
    if (x.weight > 0) sum += x.weight * right / all;
    weights += x.weight;
  }
  return sum / weights;
}

TEST(MultinomialMetrics, AreasAgreeWithNaiveTwin) {
  for (float grid : {8.0F, 4096.0F}) {
    const std::vector<Row> rows = RandomRows(200, grid, 3, 3);
    const Metrics m = Of(rows, With(AucType::kMacroOvr));
    const MultinomialAuc& areas = *m.multinomial_auc;
    std::array<double, 3> totals{};
    for (const Row& row : rows) totals[static_cast<size_t>(row.actual)] += row.weight;
    const double total = std::accumulate(totals.begin(), totals.end(), 0.0);
    double macro = 0, weighted = 0, pair_macro = 0, pair_weighted = 0;
    size_t pair = 0;
    for (size_t i = 0; i < 3; ++i) {
      const double area = NaiveAuc(rows, i, -1);
      EXPECT_NEAR(areas.one_versus_rest[i].auc, area, 1e-12);
      EXPECT_NEAR(areas.one_versus_rest[i].pr_auc, NaivePrecision(rows, i, -1), 1e-12);
      macro += area / 3;
      weighted += area * totals[i] / total;
      for (size_t j = i + 1; j < 3; ++j) {
        const double both = (NaiveAuc(rows, i, static_cast<int64_t>(j)) +
                             NaiveAuc(rows, j, static_cast<int64_t>(i))) /
                            2;
        const double precision = (NaivePrecision(rows, i, static_cast<int64_t>(j)) +
                                  NaivePrecision(rows, j, static_cast<int64_t>(i))) /
                                 2;
        EXPECT_NEAR(areas.one_versus_one[pair].auc, both, 1e-12);
        EXPECT_NEAR(areas.one_versus_one[pair].pr_auc, precision, 1e-12);
        ++pair;
        pair_macro += both / 3;
        pair_weighted += both * (totals[i] + totals[j]) / (2 * total);
      }
    }
    EXPECT_NEAR(*m.auc, macro, 1e-12);
    EXPECT_NEAR(*Of(rows, With(AucType::kWeightedOvr)).auc, weighted, 1e-12);
    EXPECT_NEAR(*Of(rows, With(AucType::kMacroOvo)).auc, pair_macro, 1e-12);
    EXPECT_NEAR(*Of(rows, With(AucType::kWeightedOvo)).auc, pair_weighted, 1e-12);
    EXPECT_FALSE(Of(rows, With(AucType::kNone)).multinomial_auc);
  }
}

TEST(MultinomialMetrics, AClassThatDoesNotOccurIsLeftOut) {
  const std::vector<Row> rows = RandomRows(100, 64, 2, 4);
  const Metrics m = Of(rows, With(AucType::kMacroOvo));
  EXPECT_TRUE(std::isnan(m.multinomial_auc->one_versus_rest[2].auc));
  EXPECT_EQ(*m.auc, m.multinomial_auc->one_versus_one[0].auc);
  EXPECT_TRUE(std::isfinite(m.multinomial_auc->weighted_ovr.pr_auc));
  const Metrics one = Of({{0, {1, 0, 0}}}, With(AucType::kMacroOvo));
  EXPECT_TRUE(std::isnan(*one.auc));
  std::vector<Row> with_nan = rows;
  with_nan.push_back({0, {std::nanf(""), 0, 0}});
  EXPECT_TRUE(std::isnan(*Of(with_nan, With(AucType::kMacroOvr)).auc));
}

TEST(MultinomialMetrics, PartsInOrderAreTheSame) {
  const std::vector<Row> rows = RandomRows(1000, 512, 3, 5);
  const Metrics whole = Of(rows, With(AucType::kWeightedOvo));
  for (size_t block : {1, 100, 999}) {
    ClassificationAccumulator all(3, With(AucType::kWeightedOvo));
    for (size_t begin = 0; begin < rows.size(); begin += block) {
      ClassificationAccumulator part(3, With(AucType::kWeightedOvo));
      for (size_t i = begin; i < std::min(rows.size(), begin + block); ++i) {
        part.Add(rows[i].actual, rows[i].scores, rows[i].weight);
      }
      all.Merge(part);
    }
    const Metrics merged = all.Finish(kLevels);
    EXPECT_EQ(*merged.auc, *whole.auc);
    EXPECT_EQ(merged.hit_ratios, whole.hit_ratios);
    EXPECT_EQ(merged.confusion_matrix->counts, whole.confusion_matrix->counts);
  }
}

TEST(MultinomialMetrics, TablesAsInH2o) {
  const Json json = Of(RandomRows(60, 64, 3, 6), With(AucType::kMacroOvr)).ToJson();
  const Json& table = json.at("multinomial_auc_table");
  EXPECT_EQ(table.at("type").as_array(),
            JsonArray({"a vs Rest", "b vs Rest", "c vs Rest", "Macro OVR", "Weighted OVR", "a vs b",
                       "a vs c", "b vs c", "Macro OVO", "Weighted OVO"}));
  EXPECT_EQ(table.at("auc").at(3), json.at("AUC"));
  EXPECT_EQ(json.at("multinomial_aucpr_table").at("auc_pr").at(3), json.at("pr_auc"));
  EXPECT_EQ(json.at("hit_ratio_table").at("k").as_array(), JsonArray({1, 2, 3}));
}

TEST(ClassificationOptions, FileRoundTrip) {
  ClassificationOptions options = With(AucType::kWeightedOvo);
  options.gains_lift_bins = 7;
  options.hit_ratio_k = 3;
  const ClassificationOptions again = ClassificationOptionsFromJson(ToJson(options));
  EXPECT_EQ(again.auc_type, options.auc_type);
  EXPECT_EQ(again.gains_lift_bins, 7);
  EXPECT_EQ(again.hit_ratio_k, 3U);
  Json wrong = ToJson(options);
  wrong.as_object()["auc_type"] = "SOME";
  EXPECT_THROW(ClassificationOptionsFromJson(wrong), std::exception);
}

}  // namespace
}  // namespace thalweg
