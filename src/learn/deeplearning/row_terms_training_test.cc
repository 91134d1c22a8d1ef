// Weights, offsets and class balancing through a whole training.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "learn/deeplearning/columns_for_test.h"
#include "learn/deeplearning/training_for_test.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

NamedColumns MakeColumns(size_t rows) {
  Random random(9);
  NamedColumns c({"x", "z", "value", "count", "rare", "weight", "offset"},
                 {{"rare", {"no", "yes"}}});
  for (size_t r = 0; r < rows; ++r) {
    const double x = random.Uniform(-1, 1), z = random.Uniform(0, 10);
    const double offset = 0.3 * random.Uniform(-1, 1);
    c["x"].push_back(x);
    c["z"].push_back(z);
    c["offset"].push_back(offset);
    c["value"].push_back(5 + 2 * x + z + offset);
    c["count"].push_back(std::floor(2 * std::exp(1 + x + offset) * random.Uniform()));
    c["rare"].push_back(random.Bernoulli(1 / (1 + std::exp(3 - 2 * x))) ? 1 : 0);
    c["weight"].push_back(static_cast<double>(r % 3));
  }
  return c;
}

DeepLearningParams Params(const std::string& response) {
  DeepLearningParams params;
  params.response_column = response;
  params.ignored_columns = MakeColumns(0).AllBut(response, {"x", "z"});
  params.hidden = {12};
  params.activation = Activation::kTanh;
  params.epochs = 4;
  params.seed = 7;
  params.mini_batch_size = 16;
  params.reproducible = true;
  params.overwrite_with_best_model = false;
  return params;
}

std::shared_ptr<const DeepLearningModel> Train(const DeepLearningParams& params,
                                               const NamedColumns& columns) {
  return std::dynamic_pointer_cast<const DeepLearningModel>(TrainOn(params, columns.Make()).model);
}

std::vector<double> Predict(const Model& model, const NamedColumns& columns,
                            const std::string& column = "predict") {
  return PredictedCells(model, columns.Make(), column);
}

TEST(Weights, RowOfWeightZeroIsAsNotThere) {
  const NamedColumns all = MakeColumns(500);
  NamedColumns some = all.None();
  for (size_t r = 0; r < 500; ++r) {
    if (all["weight"][r] > 0) some.AddRow(all, r);
  }
  for (const char* response : {"value", "rare", "count"}) {
    DeepLearningParams params = Params(response);
    if (response == std::string("count")) params.distribution = DistributionKind::kPoisson;
    params.weights_column = "weight";
    EXPECT_TRUE(Train(params, all)->Bytes() == Train(params, some)->Bytes()) << response;
    params.weights_column = "";
    EXPECT_FALSE(Train(params, all)->Bytes() == Train(params, some)->Bytes()) << response;
  }
}

TEST(Weights, RowOfWeightTwoIsAsTheRowTwice) {
  const NamedColumns all = MakeColumns(300);
  NamedColumns one = all, twice = all.None();
  for (size_t r = 0; r < 300; ++r) {
    one["weight"][r] = r % 4 == 0 ? 2 : 1;
    for (int k = 0; k < (r % 4 == 0 ? 2 : 1); ++k) twice.AddRow(all, r);
  }
  twice["weight"].assign(twice.rows(), 1);
  for (const char* response : {"value", "rare", "count"}) {
    // Batches of all rows: what one update does is then the same.
    DeepLearningParams params = Params(response);
    if (response == std::string("count")) params.distribution = DistributionKind::kGaussian;
    params.adaptive_rate = false;
    params.rate = 0.05;
    params.rate_annealing = 0;
    params.epochs = 30;
    params.mini_batch_size = 1000;
    params.weights_column = "weight";
    const std::string column = response[0] == 'r' ? "yes" : "predict";
    const std::vector<double> a = Predict(*Train(params, one), all, column);
    const std::vector<double> b = Predict(*Train(params, twice), all, column);
    params.weights_column = "";
    const std::vector<double> c = Predict(*Train(params, one), all, column);
    double difference = 0, other = 0;
    for (size_t r = 0; r < 300; ++r) {
      difference = std::max(difference, std::abs(a[r] - b[r]));
      other = std::max(other, std::abs(a[r] - c[r]));
    }
    EXPECT_LT(difference, 1e-4) << response;
    EXPECT_GT(other, 20 * difference) << response;
  }
}

TEST(Offsets, AreAddedOnTheScaleOfTheLink) {
  const NamedColumns all = MakeColumns(600);
  NamedColumns more = all;
  for (double& o : more["offset"]) o += 0.7;
  for (const char* response : {"value", "count", "rare"}) {
    DeepLearningParams params = Params(response);
    if (response == std::string("count")) params.distribution = DistributionKind::kPoisson;
    const auto without = Train(params, all);
    params.offset_column = "offset";
    const auto model = Train(params, all);
    EXPECT_FALSE(model->Bytes() == without->Bytes());
    const std::string column = response == std::string("rare") ? "yes" : "predict";
    const std::vector<double> p = Predict(*model, all, column), q = Predict(*model, more, column);
    for (size_t r = 0; r < p.size(); ++r) {
      if (response == std::string("value")) {
        ASSERT_NEAR(q[r], p[r] + 0.7, 1e-4);
      } else if (response == std::string("count")) {
        ASSERT_NEAR(q[r], p[r] * std::exp(0.7), 1e-4 * q[r]);
      } else {
        ASSERT_NEAR(std::log(q[r] / (1 - q[r])), std::log(p[r] / (1 - p[r])) + 0.7, 1e-3);
      }
    }
    // What the offset says is not learned a second time.
    if (response == std::string("value")) {
      params.epochs = 60;
      EXPECT_GT(*TrainOn(params, all.Make()).training_metrics.r2, 0.99);
    }
  }
}

TEST(Offsets, AreNeededToPredict) {
  const NamedColumns all = MakeColumns(100);
  DeepLearningParams params = Params("value");
  params.offset_column = "offset";
  params.epochs = 1;
  const auto model = Train(params, all);
  ThreadPool pool(1);
  const Frame bare = FrameMaker(2).Real("x", {0, 1}).Real("z", {0, 1}).Make();
  EXPECT_THROW(model->Predict(bare, pool), UserError);
}

TEST(Balance, ProbabilitiesAreBroughtBackToThePriors) {
  const NamedColumns all = MakeColumns(3000);
  double prior = 0;
  for (double c : all["rare"]) prior += c / 3000;
  DeepLearningParams params = Params("rare");
  params.epochs = 20;
  const auto plain = Train(params, all);
  params.balance_classes = true;
  const auto balanced = Train(params, all);
  EXPECT_FALSE(plain->Bytes() == balanced->Bytes());
  const std::vector<double> p = Predict(*plain, all, "yes"), q = Predict(*balanced, all, "yes");
  double mean = 0, difference = 0;
  for (size_t r = 0; r < p.size(); ++r) {
    mean += q[r] / 3000;
    difference += std::abs(p[r] - q[r]) / 3000;
  }
  EXPECT_LT(prior, 0.15);
  EXPECT_NEAR(mean, prior, 0.03);
  EXPECT_LT(difference, 0.04);
  // The file keeps the factors.
  const auto again = DeepLearningModel::FromFile(ModelFile::FromBytes(balanced->Bytes(), "test"));
  EXPECT_EQ(Predict(*again, all, "yes"), q);
}

TEST(Balance, FactorsAndLimitSayHowManyRowsAnEpochHas) {
  const NamedColumns all = MakeColumns(1000);
  int64_t rare = 0;
  for (double c : all["rare"]) rare += static_cast<int64_t>(c);
  const Frame frame = all.Make();
  ThreadPool pool(2);
  DeepLearningParams params = Params("rare");
  params.epochs = 2;
  const auto samples = [&] {
    return TrainOnTestRanks(params, {&frame, nullptr}, pool, {}).samples;
  };
  EXPECT_EQ(samples(), 2000);
  params.balance_classes = true;
  EXPECT_EQ(samples(), 2 * 2 * (1000 - rare));
  params.max_after_balance_size = 0.5;
  EXPECT_NEAR(static_cast<double>(samples()), 1000, 4);
  params.max_after_balance_size = 5;
  params.class_sampling_factors = {1, 3};
  EXPECT_EQ(samples(), 2 * (1000 + 2 * rare));
}

}  // namespace
}  // namespace thalweg
