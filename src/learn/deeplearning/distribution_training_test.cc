// Distributions, losses, weights and offsets through a whole training.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "learn/deeplearning/columns_for_test.h"
#include "learn/deeplearning/refusal_for_test.h"
#include "learn/deeplearning/response.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

constexpr size_t kRows = 1500;

// y: mean e^(1 + x) with noise; counts from it, positive values, signed values, classes of two and
// three levels; weights, offsets.
NamedColumns MakeColumns(uint64_t seed) {
  NamedColumns c({"x", "z", "positive", "count", "value", "two", "three", "weight", "offset"},
                 {{"two", {"no", "yes"}}, {"three", {"a", "b", "c"}}});
  Random random(seed);
  for (size_t r = 0; r < kRows; ++r) {
    const double x = random.Uniform(-1, 1), z = random.Uniform(-1, 1);
    const double mean = std::exp(1 + x);
    const double noise = -std::log(1 - random.Uniform());  // exponential, mean 1
    c["x"].push_back(x);
    c["z"].push_back(z);
    c["positive"].push_back(mean * noise + 1e-3);
    c["count"].push_back(std::floor(mean * 2 * random.Uniform()));
    c["value"].push_back(100 + 20 * x + 3 * random.Normal() + (r % 20 == 0 ? 300 * noise : 0));
    c["two"].push_back(random.Bernoulli(1 / (1 + std::exp(2 - 3 * x))) ? 1 : 0);
    c["three"].push_back(x > 0.3 ? 2 : (z > 0 ? 1 : 0));
    c["weight"].push_back(static_cast<double>(r % 3));
    c["offset"].push_back(0.5 * z);
  }
  return c;
}

const NamedColumns& Cells() {
  static const NamedColumns columns = MakeColumns(5);
  return columns;
}

DeepLearningParams Params(const std::string& response) {
  DeepLearningParams params;
  params.response_column = response;
  params.ignored_columns = Cells().AllBut(response, {"x", "z"});
  params.hidden = {16};
  params.epochs = 30;
  params.seed = 7;
  params.stopping_rounds = 0;
  params.mini_batch_size = 32;
  params.reproducible = true;
  params.overwrite_with_best_model = false;
  return params;
}

TrainingOutcome Train(const DeepLearningParams& params) {
  static const Frame frame = Cells().Make();
  return TrainOn(params, frame);
}

std::vector<double> Predict(const TrainingOutcome& outcome, const std::string& column = "predict") {
  return PredictedCells(*outcome.model, Cells().Make(), column);
}

double MeanDeviance(const Distribution& d, const std::vector<double>& y,
                    const std::vector<double>& predicted) {
  double sum = 0;
  for (size_t r = 0; r < y.size(); ++r) sum += d.Deviance(1, y[r], predicted[r]);
  return sum / static_cast<double>(y.size());
}

// A trained net beats the best constant by its own deviance, and comes near the truth.
TEST(Distributions, LearnTheirMean) {
  struct Case {
    DistributionKind kind;
    const char* response;
    const std::vector<double>& y;
  };
  const NamedColumns& c = Cells();
  const Case cases[] = {
      {DistributionKind::kPoisson, "count", c["count"]},
      {DistributionKind::kGamma, "positive", c["positive"]},
      {DistributionKind::kTweedie, "count", c["count"]},
      {DistributionKind::kLaplace, "value", c["value"]},
      {DistributionKind::kHuber, "value", c["value"]},
  };
  for (const Case& test : cases) {
    DeepLearningParams params = Params(test.response);
    params.distribution = test.kind;
    const TrainingOutcome outcome = Train(params);
    const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
    const Distribution& d = model.scale().distribution;
    EXPECT_EQ(d.kind, test.kind);
    const std::vector<double> predicted = Predict(outcome);
    double mean = 0, error = 0;
    for (double y : test.y) mean += y / kRows;
    const std::vector<double> constant(kRows, mean);
    EXPECT_LT(MeanDeviance(d, test.y, predicted), 0.9 * MeanDeviance(d, test.y, constant))
        << test.response << outcome.model->Summary();
    for (size_t r = 0; r < kRows; ++r) {
      const double truth = test.response == std::string("value")   ? 100 + 20 * c["x"][r]
                           : test.response == std::string("count") ? std::exp(1 + c["x"][r]) - 0.5
                                                                   : std::exp(1 + c["x"][r]);
      error += std::abs(predicted[r] - truth) / kRows;
      if (d.HasLogLink()) {
        ASSERT_GT(predicted[r], 0);
      }
    }
    EXPECT_LT(error, test.response == std::string("value") ? 2.5 : 0.4) << outcome.model->Summary();
  }
}

// Gamma has no 0, but its mean may be learned where some are: of every fifth row.
TEST(Distributions, ResponsesOfZero) {
  NamedColumns columns = Cells();
  double mean = 0;
  for (const char* name : {"count", "positive"}) {
    for (size_t r = 0; r < kRows; r += 5) columns[name][r] = 0;
  }
  for (const double y : columns["positive"]) mean += y / kRows;
  const Frame frame = columns.Make();
  for (const auto kind :
       {DistributionKind::kGamma, DistributionKind::kPoisson, DistributionKind::kTweedie}) {
    DeepLearningParams params = Params(kind == DistributionKind::kGamma ? "positive" : "count");
    params.distribution = kind;
    const TrainingOutcome outcome = TrainOn(params, frame);
    EXPECT_TRUE(std::isfinite(outcome.training_metrics.mean_residual_deviance.value()));
    double predicted_mean = 0;
    for (const double m : Predict(outcome)) {
      ASSERT_TRUE(std::isfinite(m) && m > 0) << m;
      predicted_mean += m / kRows;
    }
    if (kind == DistributionKind::kGamma) {
      EXPECT_NEAR(predicted_mean, mean, 0.2 * mean);
    }
  }
}

TEST(Distributions, QuantilesLieBelowTheirShareOfRows) {
  double last = -1e9;
  for (double alpha : {0.1, 0.5, 0.9}) {
    DeepLearningParams params = Params("value");
    params.distribution = DistributionKind::kQuantile;
    params.quantile_alpha = alpha;
    const std::vector<double> predicted = Predict(Train(params));
    double below = 0;
    for (size_t r = 0; r < kRows; ++r) below += Cells()["value"][r] <= predicted[r] ? 1 : 0;
    EXPECT_NEAR(below / kRows, alpha, 0.08);
    EXPECT_GT(predicted[0], last);
    last = predicted[0];
  }
}

TEST(Distributions, NetWithoutInputsStartsAtTheMean) {
  // Almost no training: predictions stay where the output's bias puts them.
  const NamedColumns& c = Cells();
  struct Case {
    DistributionKind kind;
    const char* response;
    bool standardize;
    double expected;
  };
  double mean_count = 0, mean_value = 0;
  for (size_t r = 0; r < kRows; ++r) {
    mean_count += c["count"][r] / kRows;
    mean_value += c["value"][r] / kRows;
  }
  const double median = WeightedQuantile(c["value"], {}, 0.5);
  const double low = WeightedQuantile(c["value"], {}, 0.2);
  for (const Case& test : {Case{DistributionKind::kPoisson, "count", true, mean_count},
                           Case{DistributionKind::kTweedie, "count", false, mean_count},
                           Case{DistributionKind::kGaussian, "value", true, mean_value},
                           Case{DistributionKind::kGaussian, "value", false, mean_value},
                           Case{DistributionKind::kLaplace, "value", true, median},
                           Case{DistributionKind::kHuber, "value", false, median},
                           Case{DistributionKind::kQuantile, "value", true, low}}) {
    DeepLearningParams params = Params(test.response);
    params.distribution = test.kind;
    params.standardize = test.standardize;
    params.quantile_alpha = 0.2;
    params.epochs = 1e-3;
    params.initial_weight_distribution = WeightDistribution::kUniform;
    params.initial_weight_scale = 1e-6;
    const std::vector<double> predicted = Predict(Train(params));
    EXPECT_NEAR(predicted[0], test.expected, 0.01 * std::abs(test.expected));
  }
}

TEST(Distributions, ModifiedHuberLearnsAClass) {
  DeepLearningParams params = Params("two");
  const TrainingOutcome usual = Train(params);
  params.loss = LossChoice::kModifiedHuber;
  const TrainingOutcome outcome = Train(params);
  EXPECT_EQ(outcome.model->Summary().at("outputs").to_number<int>(), 1);
  const std::vector<double> no = Predict(outcome, "no"), yes = Predict(outcome, "yes");
  double error = 0;
  for (size_t r = 0; r < kRows; ++r) {
    EXPECT_NEAR(no[r] + yes[r], 1, 1e-6);
    error += std::abs(yes[r] - 1 / (1 + std::exp(2 - 3 * Cells()["x"][r]))) / kRows;
  }
  EXPECT_LT(error, 0.08);
  EXPECT_NEAR(*outcome.training_metrics.classification_error,
              *usual.training_metrics.classification_error, 0.03);
}

TEST(Distributions, ModelIsKeptByItsFile) {
  for (auto kind : {DistributionKind::kTweedie, DistributionKind::kHuber}) {
    DeepLearningParams params = Params("count");
    params.distribution = kind;
    params.offset_column = "offset";
    std::erase(params.ignored_columns, "offset");
    params.epochs = 2;
    const TrainingOutcome outcome = Train(params);
    const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
    const auto again = DeepLearningModel::FromFile(ModelFile::FromBytes(model.Bytes(), "test"));
    EXPECT_EQ(again->scale().distribution.huber_delta, model.scale().distribution.huber_delta);
    EXPECT_EQ(again->scale().offset_column, "offset");
    const Frame frame = Cells().Make();
    EXPECT_EQ(PredictedCells(*again, frame), Predict(outcome));
    EXPECT_NE(again->scale().distribution.huber_delta, kind == DistributionKind::kHuber ? 1 : 2);
  }
}

TEST(Distributions, NoOptionIsIgnored) {
  using D = DistributionKind;
  using L = LossChoice;
  struct Case {
    const char* what;
    const char* response;
    void (*a)(DeepLearningParams& params);
    void (*b)(DeepLearningParams& params);
  };
  const Case cases[] = {
      {"tweedie_power", "count", [](auto& p) { p.distribution = D::kTweedie; },
       [](auto& p) {
         p.distribution = D::kTweedie;
         p.tweedie_power = 1.2;
       }},
      {"huber_alpha", "value", [](auto& p) { p.loss = L::kHuber; },
       [](auto& p) {
         p.loss = L::kHuber;
         p.huber_alpha = 0.5;
       }},
      {"poisson and gamma", "positive", [](auto& p) { p.distribution = D::kPoisson; },
       [](auto& p) { p.distribution = D::kGamma; }},
      {"loss of values", "value", [](auto& p) { p.loss = L::kAbsolute; },
       [](auto& p) { p.loss = L::kQuadratic; }},
      {"Quantile", "value", [](auto& p) { p.loss = L::kQuantile; },
       [](auto& p) { p.loss = L::kHuber; }},
      {"loss of probabilities", "three", [](auto& p) { p.loss = L::kAbsolute; },
       [](auto& p) { p.loss = L::kQuadratic; }},
      {"Huber of probabilities", "three", [](auto& p) { p.loss = L::kHuber; },
       [](auto& p) { p.loss = L::kQuadratic; }},
      {"CrossEntropy", "three", [](auto& p) { p.loss = L::kCrossEntropy; },
       [](auto& p) { p.loss = L::kHuber; }},
  };
  for (const Case& c : cases) {
    DeepLearningParams a = Params(c.response), b = a;
    a.epochs = b.epochs = 1;
    c.a(a);
    c.b(b);
    EXPECT_EQ(Predict(Train(a)), Predict(Train(a))) << c.what;
    const char* column = c.response == std::string("three") ? "b" : "predict";
    EXPECT_NE(Predict(Train(a), column), Predict(Train(b), column)) << c.what;
  }
  // A loss is its distribution by another name.
  DeepLearningParams laplace = Params("value"), absolute = laplace;
  laplace.distribution = D::kLaplace;
  absolute.loss = L::kAbsolute;
  EXPECT_EQ(Predict(Train(laplace)), Predict(Train(absolute)));
}

struct Refusal {
  const char* response;
  const char* field;
  const char* text;
  void (*spoil)(DeepLearningParams& params);
};

TEST(Distributions, ImpossiblePairsAreRefusedWithTheReason) {
  using D = DistributionKind;
  using L = LossChoice;
  const Refusal refusals[] = {
      {"value", "distribution", "categorical", [](auto& p) { p.distribution = D::kBernoulli; }},
      {"value", "distribution", "categorical", [](auto& p) { p.distribution = D::kMultinomial; }},
      {"three", "distribution", "has 3", [](auto& p) { p.distribution = D::kBernoulli; }},
      {"two", "distribution", "number", [](auto& p) { p.distribution = D::kPoisson; }},
      {"two", "loss", "Quantile", [](auto& p) { p.loss = L::kQuantile; }},
      {"three", "loss", "two", [](auto& p) { p.loss = L::kModifiedHuber; }},
      {"two", "loss", "bernoulli",
       [](auto& p) {
         p.distribution = D::kBernoulli;
         p.loss = L::kQuadratic;
       }},
      {"value", "loss", "categorical", [](auto& p) { p.loss = L::kCrossEntropy; }},
      {"value", "loss", "categorical", [](auto& p) { p.loss = L::kModifiedHuber; }},
      {"value", "loss", "use Absolute",
       [](auto& p) {
         p.distribution = D::kLaplace;
         p.loss = L::kQuadratic;
       }},
      {"count", "loss", "use Automatic",
       [](auto& p) {
         p.distribution = D::kPoisson;
         p.loss = L::kQuadratic;
       }},
      {"value", "balance_classes", "categorical", [](auto& p) { p.balance_classes = true; }},
      {"three", "class_sampling_factors", "3 levels",
       [](auto& p) {
         p.balance_classes = true;
         p.class_sampling_factors = {1, 2};
       }},
      {"three", "offset_column", "two classes", [](auto& p) { p.offset_column = "offset"; }},
      {"value", "offset_column", "response", [](auto& p) { p.offset_column = "value"; }},
      {"value", "weights_column", "wait", [](auto& p) { p.weights_column = "wait"; }},
  };
  for (const Refusal& refusal : refusals) {
    DeepLearningParams params = Params(refusal.response);
    refusal.spoil(params);
    ExpectRefusal([&] { Train(params); }, refusal.field, refusal.text);
  }
}

TEST(Distributions, RowsOutOfRangeAreNamed) {
  NamedColumns columns = MakeColumns(5);
  columns["count"][41] = -1;
  columns["positive"][99] = -0.5;
  columns["weight"][7] = -2;
  columns["offset"][8] = kMissingReal;
  const Frame frame = columns.Make();
  const auto message = [&](const DeepLearningParams& params) -> std::string {
    try {
      TrainOn(params, frame);
    } catch (const UserError& error) {
      return error.what();
    }
    return "accepted";
  };
  DeepLearningParams params = Params("count");
  params.distribution = DistributionKind::kPoisson;
  EXPECT_THAT(message(params), HasSubstr("row 42: count is -1"));
  params.distribution = DistributionKind::kTweedie;
  EXPECT_THAT(message(params), HasSubstr("row 42: count is -1"));
  params = Params("positive");
  params.distribution = DistributionKind::kGamma;
  EXPECT_THAT(message(params), HasSubstr("row 100: positive is -0.5"));
  params.weights_column = "weight";
  EXPECT_THAT(message(params), HasSubstr("row 8: weight is -2"));
  params.weights_column = "";
  params.offset_column = "offset";
  EXPECT_THAT(message(params), HasSubstr("row 9: offset is missing"));
}

}  // namespace
}  // namespace thalweg
