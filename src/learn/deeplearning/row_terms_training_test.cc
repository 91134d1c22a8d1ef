// Weights, offsets and class balancing through a whole training.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "learn/deeplearning/trainer.h"
#include "models/deeplearning_model.h"
#include "models/frame_for_test.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

struct Columns {
  std::vector<double> x, z, value, count, weight, offset;
  std::vector<int64_t> rare;

  void Add(const Columns& from, size_t r, double w) {
    x.push_back(from.x[r]);
    z.push_back(from.z[r]);
    value.push_back(from.value[r]);
    count.push_back(from.count[r]);
    rare.push_back(from.rare[r]);
    offset.push_back(from.offset[r]);
    weight.push_back(w);
  }
  Frame Make() const {
    return FrameMaker(x.size(), 64)
        .Real("x", x)
        .Real("z", z)
        .Real("value", value)
        .Real("count", count)
        .Enum("rare", {"no", "yes"}, rare)
        .Real("weight", weight)
        .Real("offset", offset)
        .Make();
  }
};

Columns MakeColumns(size_t rows) {
  Random random(9);
  Columns c;
  for (size_t r = 0; r < rows; ++r) {
    c.x.push_back(random.Uniform(-1, 1));
    c.z.push_back(random.Uniform(0, 10));
    c.offset.push_back(0.3 * random.Uniform(-1, 1));
    c.value.push_back(5 + 2 * c.x[r] + c.z[r] + c.offset[r]);
    c.count.push_back(std::floor(2 * std::exp(1 + c.x[r] + c.offset[r]) * random.Uniform()));
    c.rare.push_back(random.Bernoulli(1 / (1 + std::exp(3 - 2 * c.x[r]))) ? 1 : 0);
    c.weight.push_back(static_cast<double>(r % 3));
  }
  return c;
}

DeepLearningParams Params(const std::string& response) {
  DeepLearningParams params;
  params.response_column = response;
  for (const char* name : {"value", "count", "rare", "weight", "offset"}) {
    if (name != response) params.ignored_columns.emplace_back(name);
  }
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
                                               const Columns& columns) {
  const Frame frame = columns.Make();
  ThreadPool pool(2);
  return std::dynamic_pointer_cast<const DeepLearningModel>(
      TrainDeepLearning(params, {&frame, nullptr}, pool, {}).model);
}

std::vector<double> Predict(const Model& model, const Columns& columns, size_t column = 0) {
  ThreadPool pool(2);
  const Frame predictions = model.Predict(columns.Make(), pool);
  std::vector<double> cells(columns.x.size());
  ReadCells(predictions, column, 0, cells);
  return cells;
}

TEST(Weights, RowOfWeightZeroIsAsNotThere) {
  const Columns all = MakeColumns(500);
  Columns some;
  for (size_t r = 0; r < 500; ++r) {
    if (all.weight[r] > 0) some.Add(all, r, all.weight[r]);
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
  const Columns all = MakeColumns(300);
  Columns one, twice;
  for (size_t r = 0; r < 300; ++r) {
    one.Add(all, r, r % 4 == 0 ? 2 : 1);
    for (int k = 0; k < (r % 4 == 0 ? 2 : 1); ++k) twice.Add(all, r, 1);
  }
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
    const std::vector<double> a = Predict(*Train(params, one), all, response[0] == 'r' ? 2 : 0);
    const std::vector<double> b = Predict(*Train(params, twice), all, response[0] == 'r' ? 2 : 0);
    params.weights_column = "";
    const std::vector<double> c = Predict(*Train(params, one), all, response[0] == 'r' ? 2 : 0);
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
  const Columns all = MakeColumns(600);
  Columns more = all;
  for (double& o : more.offset) o += 0.7;
  for (const char* response : {"value", "count", "rare"}) {
    DeepLearningParams params = Params(response);
    if (response == std::string("count")) params.distribution = DistributionKind::kPoisson;
    const auto without = Train(params, all);
    params.offset_column = "offset";
    const auto model = Train(params, all);
    EXPECT_FALSE(model->Bytes() == without->Bytes());
    const size_t column = response == std::string("rare") ? 2 : 0;
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
      EXPECT_GT(*TrainDeepLearning(params, {std::make_shared<Frame>(all.Make()).get(), nullptr},
                                   *std::make_unique<ThreadPool>(2), {})
                     .training_metrics.r2,
                0.99);
    }
  }
}

TEST(Offsets, AreNeededToPredict) {
  const Columns all = MakeColumns(100);
  DeepLearningParams params = Params("value");
  params.offset_column = "offset";
  params.epochs = 1;
  const auto model = Train(params, all);
  ThreadPool pool(1);
  const Frame bare = FrameMaker(2).Real("x", {0, 1}).Real("z", {0, 1}).Make();
  EXPECT_THROW(model->Predict(bare, pool), UserError);
}

TEST(Balance, ProbabilitiesAreBroughtBackToThePriors) {
  const Columns all = MakeColumns(3000);
  double prior = 0;
  for (int64_t c : all.rare) prior += static_cast<double>(c) / 3000;
  DeepLearningParams params = Params("rare");
  params.epochs = 20;
  const auto plain = Train(params, all);
  params.balance_classes = true;
  const auto balanced = Train(params, all);
  EXPECT_FALSE(plain->Bytes() == balanced->Bytes());
  const std::vector<double> p = Predict(*plain, all, 2), q = Predict(*balanced, all, 2);
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
  EXPECT_EQ(Predict(*again, all, 2), q);
}

TEST(Balance, FactorsAndLimitSayHowManyRowsAnEpochHas) {
  const Columns all = MakeColumns(1000);
  int64_t rare = 0;
  for (int64_t c : all.rare) rare += c;
  const Frame frame = all.Make();
  ThreadPool pool(2);
  DeepLearningParams params = Params("rare");
  params.epochs = 2;
  const auto samples = [&] {
    return TrainDeepLearning(params, {&frame, nullptr}, pool, {}).samples;
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
