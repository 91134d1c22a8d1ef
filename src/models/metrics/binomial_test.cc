// Metrics over thresholds: by hand, against a naive twin on random rows, and merged in any way.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/json.h"
#include "base/random.h"
#include "models/metrics/classification_accumulator.h"
#include "models/metrics/roc.h"

namespace thalweg {
namespace {

struct Row {
  int64_t actual = 0;
  float score = 0;
  double weight = 1;
};

const std::vector<std::string> kLevels = {"no", "yes"};

void AddTo(ClassificationAccumulator& all, const Row& row) {
  all.Add(row.actual, std::array<float, 2>{1 - row.score, row.score}, row.weight);
}

Metrics Of(const std::vector<Row>& rows, const ClassificationOptions& options = {}) {
  ClassificationAccumulator all(2, options);
  for (const Row& row : rows) AddTo(all, row);
  return all.Finish(kLevels);
}

const Maximum& MaximumOf(const Metrics& metrics, std::string_view name) {
  for (size_t k = 0; k < kCriteria; ++k) {
    if (Criteria()[k].name == name) return metrics.binomial->thresholds.maxima[k];
  }
  throw std::out_of_range("no such criterion");
}

// By descending score: yes .9, yes and no .7, no .6, yes .4, no .1.
const std::vector<Row> kSmall = {{0, 0.7F}, {1, 0.9F}, {1, 0.4F}, {0, 0.1F}, {1, 0.7F}, {0, 0.6F}};

TEST(BinomialMetrics, ByHand) {
  const Metrics m = Of(kSmall);
  // Pairs: yes .9 wins 3, yes .7 wins 2 and ties 1, yes .4 wins 1.
  EXPECT_DOUBLE_EQ(*m.auc, 6.5 / 9);
  EXPECT_DOUBLE_EQ(*m.gini, 2 * 6.5 / 9 - 1);
  EXPECT_DOUBLE_EQ(*m.pr_auc, (1.0 + 2.0 / 3 + 3.0 / 5) / 3);
  EXPECT_DOUBLE_EQ(*m.kolmogorov_smirnov, 1.0 / 3);
  EXPECT_NEAR(m.mse, (0.49 + 0.01 + 0.36 + 0.01 + 0.09 + 0.36) / 6, 1e-7);
  EXPECT_NEAR(*m.r2, 1 - m.mse / 0.25, 1e-12);

  const std::vector<ThresholdCounts>& rows = m.binomial->thresholds.rows;
  ASSERT_EQ(rows.size(), 5U);
  const double tps[] = {1, 2, 2, 3, 3};
  const double fps[] = {0, 1, 2, 2, 3};
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(rows[i].tps, tps[i]);
    EXPECT_EQ(rows[i].fps, fps[i]);
    EXPECT_EQ(rows[i].fns, 3 - tps[i]);
    EXPECT_EQ(rows[i].tns, 3 - fps[i]);
  }
  EXPECT_EQ(rows[3].threshold, double{0.4F});

  // F1 by threshold: 2/4, 4/6, 4/7, 6/8, 6/9.
  EXPECT_EQ(MaximumOf(m, "f1").threshold, double{0.4F});
  EXPECT_DOUBLE_EQ(MaximumOf(m, "f1").value, 0.75);
  EXPECT_EQ(MaximumOf(m, "f1").index, 3U);
  EXPECT_EQ(MaximumOf(m, "precision").value, 1);
  EXPECT_EQ(MaximumOf(m, "precision").index, 0U);
  EXPECT_DOUBLE_EQ(MaximumOf(m, "f2").value, 15.0 / (15 + 2));
  // 1.25/1.75, 2.5/3.75, 2.5/4.75, 3.75/5.75, 3.75/6.75.
  EXPECT_DOUBLE_EQ(MaximumOf(m, "f0point5").value, 1.25 / 1.75);
  // 4/6 three times: the highest threshold of equals.
  EXPECT_DOUBLE_EQ(MaximumOf(m, "accuracy").value, 4.0 / 6);
  EXPECT_EQ(MaximumOf(m, "accuracy").index, 0U);
  EXPECT_DOUBLE_EQ(MaximumOf(m, "min_per_class_accuracy").value, 2.0 / 3);
  EXPECT_DOUBLE_EQ(MaximumOf(m, "mean_per_class_accuracy").value, 2.0 / 3);
  EXPECT_DOUBLE_EQ(MaximumOf(m, "absolute_mcc").value, 3 / std::sqrt(1.0 * 3 * 3 * 5));
  EXPECT_EQ(MaximumOf(m, "specificity").index, 0U);
  EXPECT_EQ(MaximumOf(m, "fpr").index, 4U);
  EXPECT_EQ(MaximumOf(m, "tpr").index, 3U);

  // At the threshold of the largest F1.
  EXPECT_EQ(*m.threshold, double{0.4F});
  EXPECT_EQ(m.confusion_matrix->counts, (std::vector<double>{1, 2, 0, 3}));
  EXPECT_DOUBLE_EQ(*m.classification_error, 2.0 / 6);
  EXPECT_DOUBLE_EQ(*m.mean_per_class_error, 1.0 / 3);
}

TEST(BinomialMetrics, AtAGivenThreshold) {
  const Metrics m = Of(kSmall, {.threshold = 0.65});
  EXPECT_EQ(*m.threshold, 0.65);
  EXPECT_EQ(m.confusion_matrix->counts, (std::vector<double>{2, 1, 1, 2}));
  EXPECT_EQ(Of(kSmall, {.threshold = double{0.7F}}).confusion_matrix->counts,
            m.confusion_matrix->counts);
  EXPECT_EQ(Of(kSmall, {.threshold = 2}).confusion_matrix->counts,
            (std::vector<double>{3, 0, 3, 0}));
}

TEST(BinomialMetrics, OneClassOrNoneIsNotDefined) {
  for (const std::vector<Row>& rows :
       {std::vector<Row>{}, {{0, 0.3F}, {0, 0.6F}}, {{1, 0.3F}, {1, 0.6F}}}) {
    const Metrics m = Of(rows);
    EXPECT_TRUE(std::isnan(*m.auc));
    EXPECT_TRUE(std::isnan(*m.pr_auc));
    EXPECT_TRUE(std::isnan(*m.gini));
    EXPECT_TRUE(std::isnan(*m.kolmogorov_smirnov));
    EXPECT_TRUE(m.binomial->gains_lift.empty());
    EXPECT_EQ(*m.threshold, 0.5);
    EXPECT_TRUE(m.ToJson().at("AUC").is_null());
    if (rows.empty()) continue;
    EXPECT_EQ(*m.classification_error, 0.5);
  }
  EXPECT_TRUE(std::isnan(*Of({}).classification_error));
}

TEST(BinomialMetrics, NanScoresLeaveNoOrder) {
  std::vector<Row> rows = kSmall;
  rows.push_back({1, std::nanf("")});
  const Metrics m = Of(rows);
  EXPECT_TRUE(std::isnan(*m.auc));
  EXPECT_TRUE(std::isnan(*m.logloss));
  EXPECT_TRUE(std::isnan(*m.classification_error));
  EXPECT_EQ(m.rows, 7);
  EXPECT_TRUE(m.ToJson().at("mse").is_null());
}

TEST(BinomialMetrics, CertainScoresAndTheirNeighbours) {
  // All different, though 1 - 2^-24 and 1 are as close as floats come.
  const float below_one = std::nextafterf(1, 0);
  const Metrics m =
      Of({{1, 1}, {0, below_one}, {1, 0.5F}, {0, std::nextafterf(0.5F, 0)}, {1, 1e-45F}, {0, 0}});
  EXPECT_DOUBLE_EQ(*m.auc, 6.0 / 9);
  ASSERT_EQ(m.binomial->thresholds.rows.size(), 6U);
  EXPECT_EQ(m.binomial->thresholds.rows[1].threshold, double{below_one});
}

std::vector<Row> RandomRows(size_t count, int distinct, uint64_t seed) {
  Random random(seed);
  std::vector<Row> rows(count);
  for (Row& row : rows) {
    row.actual = random.Bernoulli(0.3) ? 1 : 0;
    const double logit = random.Normal() * 2 + static_cast<double>(row.actual) - 1;
    row.score = static_cast<float>(1 / (1 + std::exp(-logit)));
    if (distinct > 0) {
      row.score =
          std::round(row.score * static_cast<float>(distinct)) / static_cast<float>(distinct);
    }
    row.weight = static_cast<double>(random.Below(4));
  }
  return rows;
}

std::vector<Row> Repeated(const std::vector<Row>& rows) {
  std::vector<Row> all;
  for (const Row& row : rows) {
    for (int i = 0; i < static_cast<int>(row.weight); ++i) all.push_back({row.actual, row.score});
  }
  return all;
}

// Everything but the number of rows; sums of what is not whole are rounded.
void ExpectSame(const Metrics& a, const Metrics& b) {
  EXPECT_NEAR(a.mse, b.mse, 1e-13);
  EXPECT_NEAR(*a.logloss, *b.logloss, 1e-12);
  EXPECT_EQ(*a.auc, *b.auc);
  EXPECT_EQ(*a.pr_auc, *b.pr_auc);
  EXPECT_EQ(*a.kolmogorov_smirnov, *b.kolmogorov_smirnov);
  const Json left = a.ToJson();
  const Json right = b.ToJson();
  for (const char* key : {"cm", "threshold", "thresholds_and_metric_scores",
                          "max_criteria_and_metric_scores", "gains_lift_table"}) {
    EXPECT_EQ(FormatJson(left.at(key)), FormatJson(right.at(key))) << key;
  }
}

TEST(BinomialMetrics, WeightsAreRepeatedRows) {
  for (int distinct : {0, 7, 300}) {
    const std::vector<Row> rows = RandomRows(3000, distinct, 5);
    ExpectSame(Of(rows), Of(Repeated(rows)));
  }
}

TEST(BinomialMetrics, AnyOrderAndAnyPartsAreTheSame) {
  std::vector<Row> rows = RandomRows(5000, 0, 6);
  const Metrics whole = Of(rows);
  Random random(1);
  for (size_t block : {1, 256, 3000}) {
    random.Shuffle(std::span(rows));
    ClassificationAccumulator all(2);
    for (size_t begin = 0; begin < rows.size(); begin += block) {
      ClassificationAccumulator part(2);
      for (size_t i = begin; i < std::min(rows.size(), begin + block); ++i) AddTo(part, rows[i]);
      all.Merge(part);
    }
    const Metrics merged = all.Finish(kLevels);
    EXPECT_EQ(merged.rows, whole.rows);
    ExpectSame(merged, whole);
  }
}

// By the definitions.
TEST(BinomialMetrics, AgreesWithNaiveTwin) {
  for (int distinct : {0, 20}) {
    const std::vector<Row> rows = RandomRows(700, distinct, 7);
    const Metrics m = Of(rows);
    double pairs = 0, wins = 0;
    std::map<float, ThresholdCounts> counts;
    for (const Row& a : rows) {
      if (a.weight > 0) counts[a.score];
      for (const Row& b : rows) {
        if (a.actual == 0 || b.actual == 1) continue;
        pairs += a.weight * b.weight;
        wins += a.weight * b.weight * (a.score > b.score ? 1 : a.score == b.score ? 0.5 : 0);
      }
    }
    EXPECT_NEAR(*m.auc, wins / pairs, 1e-14);
    double best_f1 = 0, largest = 0;
    for (auto& [threshold, c] : counts) {
      for (const Row& row : rows) {
        const bool positive = row.score >= threshold;
        double& count = row.actual == 1 ? (positive ? c.tps : c.fns) : (positive ? c.fps : c.tns);
        count += row.weight;
      }
      best_f1 = std::max(best_f1, 2 * c.tps / (2 * c.tps + c.fps + c.fns));
      largest = std::max(largest, std::abs(c.tps / (c.tps + c.fns) - c.fps / (c.fps + c.tns)));
    }
    EXPECT_NEAR(MaximumOf(m, "f1").value, best_f1, 1e-14);
    EXPECT_NEAR(*m.kolmogorov_smirnov, largest, 1e-14);
    for (const ThresholdCounts& row : m.binomial->thresholds.rows) {
      const ThresholdCounts& c = counts.at(static_cast<float>(row.threshold));
      EXPECT_EQ(row.tps, c.tps);
      EXPECT_EQ(row.fps, c.fps);
      EXPECT_EQ(row.tns, c.tns);
      EXPECT_EQ(row.fns, c.fns);
    }
    EXPECT_LE(m.binomial->thresholds.rows.size(), 400U);
    EXPECT_GE(m.binomial->thresholds.rows.size(), std::min<size_t>(counts.size(), 200));
  }
}

TEST(BinomialMetrics, TableOfManyScoresHasTheMaximaAndBothEnds) {
  const Metrics m = Of(RandomRows(20000, 0, 8));
  const ThresholdTable& table = m.binomial->thresholds;
  EXPECT_LE(table.rows.size(), 400U);
  EXPECT_GT(table.rows.size(), 300U);
  EXPECT_EQ(table.rows.back().fns, 0);
  EXPECT_EQ(table.rows.back().tns, 0);
  for (size_t k = 0; k < kCriteria; ++k) {
    const ThresholdCounts& row = table.rows[table.maxima[k].index];
    EXPECT_EQ(row.threshold, table.maxima[k].threshold) << Criteria()[k].name;
    EXPECT_EQ(Criteria()[k].value(row), table.maxima[k].value) << Criteria()[k].name;
  }
  double area = 0;  // trapezoids through the points of the table
  double tpr = 0, fpr = 0;
  for (const ThresholdCounts& row : table.rows) {
    const double x = row.fps / (row.fps + row.tns), y = row.tps / (row.tps + row.fns);
    EXPECT_LT(x - fpr + y - tpr, 0.02);
    area += (x - fpr) * (y + tpr) / 2;
    tpr = y;
    fpr = x;
  }
  EXPECT_NEAR(area, *m.auc, 1e-3);
}

}  // namespace
}  // namespace thalweg
