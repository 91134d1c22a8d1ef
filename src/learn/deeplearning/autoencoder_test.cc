// Autoencoders from a frame to reconstructions, and nets that start from them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "learn/deeplearning/columns_for_test.h"
#include "learn/deeplearning/layers/sparsity.h"
#include "learn/deeplearning/refusal_for_test.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

constexpr size_t kRows = 600;

// Six numbers that follow from two, of different sizes, and a category that
// follows from one.
Frame MakeFrame(bool odd = false) {
  Random random(3);
  std::vector<std::vector<double>> x(6, std::vector<double>(kRows));
  std::vector<double> y(kRows), weight(kRows);
  std::vector<int64_t> level(kRows);
  for (size_t r = 0; r < kRows; ++r) {
    const double a = random.Uniform(-1, 1), b = random.Uniform(-1, 1);
    x[0][r] = 100 + 50 * a;
    x[1][r] = 3 * b;
    x[2][r] = 10 * (a + b);
    x[3][r] = a - b;
    x[4][r] = std::floor(20 * a);
    x[5][r] = 7 - 2 * b;
    level[r] = a > 0 ? 1 : 0;
    y[r] = a * b;
    weight[r] = static_cast<double>(r % 2);
    // A row that breaks the rule.
    if (odd && r == 11) x[2][r] = 40;
  }
  return FrameMaker(kRows, 100)
      .Real("x0", x[0])
      .Real("x1", x[1])
      .Enum("level", {"low", "high"}, level)
      .Real("x2", x[2])
      .Real("x3", x[3])
      .Real("x4", x[4])
      .Real("x5", x[5])
      .Real("y", y)
      .Real("weight", weight)
      .Make();
}

DeepLearningParams Params() {
  DeepLearningParams params;
  params.autoencoder = true;
  params.ignored_columns = {"y", "weight"};
  params.hidden = {10, 3, 10};
  params.activation = Activation::kTanh;
  params.epochs = 60;
  params.seed = 5;
  params.reproducible = true;
  params.mini_batch_size = 16;
  params.overwrite_with_best_model = false;
  return params;
}

TrainingOutcome Train(const DeepLearningParams& params) {
  static const Frame frame = MakeFrame();
  return TrainOn(params, frame, &frame);
}

TEST(Autoencoder, ReproducesItsInputs) {
  const TrainingOutcome outcome = Train(Params());
  EXPECT_LT(outcome.training_metrics.mse, 0.01);
  EXPECT_EQ(outcome.training_metrics.rows, 600);
  EXPECT_FALSE(outcome.training_metrics.mae.has_value());
  EXPECT_EQ(outcome.validation_metrics->mse, outcome.training_metrics.mse);
  const Json summary = outcome.model->Summary();
  EXPECT_EQ(summary.at("kind").as_string(), "autoencoder");

  const Frame frame = MakeFrame();
  ThreadPool pool(3);
  const Frame again = outcome.model->Predict(frame, pool);
  EXPECT_EQ(again.names(),
            (std::vector<std::string>{"reconstr_x0", "reconstr_x1", "reconstr_level.low",
                                      "reconstr_level.high", "reconstr_x2", "reconstr_x3",
                                      "reconstr_x4", "reconstr_x5"}));
  const std::vector<double> x0 = CellsOf(frame, "x0"), r0 = CellsOf(again, "reconstr_x0");
  const std::vector<double> level = CellsOf(frame, "level"),
                            high = CellsOf(again, "reconstr_level.high");
  double error = 0, wrong = 0;
  for (size_t r = 0; r < kRows; ++r) {
    error += std::abs(x0[r] - r0[r]) / kRows;
    wrong += std::abs(level[r] - high[r]) / kRows;
  }
  EXPECT_LT(error, 8);  // of a range of 100
  EXPECT_LT(wrong, 0.2);
}

TEST(Autoencoder, ErrorsPerRowAndFeatureAgree) {
  const TrainingOutcome outcome = Train(Params());
  const Frame frame = MakeFrame(true);
  ThreadPool pool(2);
  const Frame errors = outcome.model->ReconstructionErrors(frame, true, pool);
  ASSERT_EQ(errors.columns(), 9U);
  EXPECT_EQ(errors.name(0), "Reconstruction.MSE");
  EXPECT_EQ(errors.name(3), "reconstr_level.low.SE");
  const std::vector<double> mse = CellsOf(errors, "Reconstruction.MSE");
  std::vector<double> sums(kRows);
  for (size_t c = 1; c < 9; ++c) {
    const std::vector<double> se = CellsOf(errors, errors.name(c));
    for (size_t r = 0; r < kRows; ++r) sums[r] += se[r] / 8;
  }
  double mean = 0;
  for (size_t r = 0; r < kRows; ++r) {
    EXPECT_NEAR(mse[r], sums[r], 1e-12);
    mean += mse[r] / kRows;
  }
  EXPECT_NEAR(outcome.model->Score(frame, pool).mse, mean, 1e-9);
  // The odd row sticks out.
  EXPECT_EQ(std::max_element(mse.begin(), mse.end()) - mse.begin(), 11);
  const Frame rows_only = outcome.model->ReconstructionErrors(frame, false, pool);
  EXPECT_EQ(rows_only.columns(), 1U);
  EXPECT_EQ(CellsOf(rows_only, "Reconstruction.MSE"), mse);
}

TEST(Autoencoder, IsKeptByItsFile) {
  const TrainingOutcome outcome = Train(Params());
  const std::string bytes = ModelOf(outcome).Bytes();
  const auto again = DeepLearningModel::FromFile(ModelFile::FromBytes(bytes, "test"));
  EXPECT_TRUE(again->scale().autoencoder());
  const Frame frame = MakeFrame();
  ThreadPool pool(2);
  EXPECT_EQ(CellsOf(again->Predict(frame, pool), "reconstr_x3"),
            CellsOf(outcome.model->Predict(frame, pool), "reconstr_x3"));
}

TEST(Autoencoder, DeepFeaturesAreTheHiddenUnits) {
  const TrainingOutcome outcome = Train(Params());
  const Frame frame = MakeFrame();
  ThreadPool pool(2);
  const Frame middle = outcome.model->DeepFeatures(frame, 2, pool);
  EXPECT_EQ(middle.names(), (std::vector<std::string>{"DF.L2.C1", "DF.L2.C2", "DF.L2.C3"}));
  // By hand: the second layer's tanh of the first one's values.
  const Frame first = outcome.model->DeepFeatures(frame, 1, pool);
  const AffineWeights& layer = ModelOf(outcome).network().layers[1];
  const std::vector<double> value = CellsOf(middle, "DF.L2.C2");
  std::vector<double> sum(kRows, layer.biases(0, 1));
  for (size_t i = 0; i < 10; ++i) {
    const std::vector<double> in = CellsOf(first, first.name(i));
    for (size_t r = 0; r < kRows; ++r) sum[r] += in[r] * layer.weights(i, 1);
  }
  for (size_t r = 0; r < kRows; ++r) EXPECT_NEAR(value[r], std::tanh(sum[r]), 1e-5);
  EXPECT_THROW(outcome.model->DeepFeatures(frame, 0, pool), UserError);
  EXPECT_THROW(outcome.model->DeepFeatures(frame, 4, pool), UserError);
}

double MeanOfFeatures(const TrainingOutcome& outcome, int64_t layer) {
  const Frame frame = MakeFrame();
  ThreadPool pool(2);
  const Frame features = outcome.model->DeepFeatures(frame, layer, pool);
  double sum = 0;
  for (const std::string& name : features.names()) {
    for (double v : CellsOf(features, name)) sum += v;
  }
  return sum / static_cast<double>(features.columns() * kRows);
}

TEST(Autoencoder, SparsityMovesTheAverageActivation) {
  for (Activation activation : {Activation::kTanh, Activation::kRectifier}) {
    DeepLearningParams params = Params();
    params.activation = activation;
    params.hidden = {12};
    params.sparsity_beta = 1;
    params.average_activation = 0.4;
    EXPECT_NEAR(MeanOfFeatures(Train(params), 1), 0.4, 0.1) << static_cast<int>(activation);
    params.average_activation = 0.1;
    EXPECT_NEAR(MeanOfFeatures(Train(params), 1), 0.1, 0.1) << static_cast<int>(activation);
  }
}

TEST(Sparsity, AverageRunsAndPulls) {
  SparsityLayer<double> layer(2, 0.25, 2, 1);
  Matrix<double> y(4, 2);
  for (size_t r = 0; r < 4; ++r) y(r, 0) = 1, y(r, 1) = 0.25;
  Matrix<double> delta(4, 2);
  delta(3, 0) = 5;
  for (int i = 0; i < 5000; ++i) layer.Observe(y.view(), {});
  EXPECT_NEAR(layer.averages()(0, 0), 1, 1e-6);
  EXPECT_NEAR(layer.averages()(0, 1), 0.25, 1e-12);
  layer.Backward({}, y.view(), y.view(), delta.view(), delta.view());
  EXPECT_NEAR(delta(0, 0), 2 * 0.75, 1e-5);
  EXPECT_NEAR(delta(3, 0), 5 + 2 * 0.75, 1e-5);
  EXPECT_NEAR(delta(0, 1), 0, 1e-12);
}

// 0 as if the row were not there, 2 as if it were there twice.
TEST(Sparsity, CountsRowsByTheirWeights) {
  SparsityLayer<double> weighted(1, 0.25, 2, 1), written(1, 0.25, 2, 1);
  Matrix<double> y(3, 1), twice(3, 1);
  y(0, 0) = 1, y(1, 0) = 7, y(2, 0) = -1;
  twice(0, 0) = 1, twice(1, 0) = -1, twice(2, 0) = -1;
  const std::vector<double> weights = {1, 0, 2};
  weighted.Observe(y.view(), {weights});
  written.Observe(twice.view(), {});
  EXPECT_NEAR(weighted.averages()(0, 0), written.averages()(0, 0), 1e-15);
  Matrix<double> a(3, 1), b(3, 1);
  Pass<double> pass;
  pass.weights = {weights};
  weighted.Backward(pass, y.view(), y.view(), a.view(), a.view());
  written.Backward({}, twice.view(), twice.view(), b.view(), b.view());
  EXPECT_NEAR(a(0, 0), b(0, 0), 1e-15);
  EXPECT_EQ(a(1, 0), 0);
  EXPECT_NEAR(a(2, 0), b(1, 0) + b(2, 0), 1e-15);
}

TEST(Autoencoder, NoOptionIsIgnored) {
  DeepLearningParams base = Params();
  base.epochs = 2;
  base.sparsity_beta = 0.1;
  using Change = void (*)(DeepLearningParams&);
  const std::pair<const char*, Change> changes[] = {
      {"loss Absolute", [](auto& p) { p.loss = LossChoice::kAbsolute; }},
      {"loss Huber", [](auto& p) { p.loss = LossChoice::kHuber; }},
      {"average_activation", [](auto& p) { p.average_activation = 0.2; }},
      {"sparsity_beta", [](auto& p) { p.sparsity_beta = 0.2; }},
      {"standardize", [](auto& p) { p.standardize = false; }},
      {"input_dropout_ratio", [](auto& p) { p.input_dropout_ratio = 0.2; }},
      {"input_noise", [](auto& p) { p.input_noise = 0.2; }},
      {"weights_column", [](auto& p) { p.weights_column = "weight"; }},
  };
  const std::string usual = ModelOf(Train(base)).Bytes();
  EXPECT_TRUE(ModelOf(Train(base)).Bytes() == usual);
  const auto weights = [](const DeepLearningParams& params) {
    const TrainingOutcome outcome = Train(params);
    const Matrix<float>& w = ModelOf(outcome).network().layers[0].weights;
    return std::vector<float>(w.elements().begin(), w.elements().end());
  };
  const std::vector<float> before = weights(base);
  for (const auto& [name, change] : changes) {
    DeepLearningParams params = base;
    change(params);
    EXPECT_FALSE(weights(params) == before) << name;
  }
  DeepLearningParams huber = base;
  huber.loss = LossChoice::kHuber;
  const std::vector<float> nine = weights(huber);
  huber.huber_alpha = 0.3;
  EXPECT_FALSE(weights(huber) == nine) << "huber_alpha";
}

struct Refusal {
  const char* field;
  const char* text;
  void (*spoil)(DeepLearningParams& params);
};

void ExpectRefusals(const DeepLearningParams& good, std::initializer_list<Refusal> refusals) {
  for (const Refusal& refusal : refusals) {
    DeepLearningParams params = good;
    refusal.spoil(params);
    ExpectRefusal([&] { Train(params); }, refusal.field, refusal.text);
  }
}

TEST(Autoencoder, RefusesWhatCannotBe) {
  ExpectRefusals(
      Params(),
      {{"response_column", "leave it out", [](auto& p) { p.response_column = "y"; }},
       {"loss", "categorical", [](auto& p) { p.loss = LossChoice::kCrossEntropy; }},
       {"loss", "Quadratic", [](auto& p) { p.loss = LossChoice::kQuantile; }},
       {"distribution", "Quadratic", [](auto& p) { p.distribution = DistributionKind::kPoisson; }},
       {"offset_column", "no offset", [](auto& p) { p.offset_column = "y"; }},
       {"balance_classes", "categorical", [](auto& p) { p.balance_classes = true; }},
       {"categorical_encoding", "response",
        [](auto& p) { p.categorical_encoding = CategoricalEncoding::kSortByResponse; }},
       {"pretrained_autoencoder", "checkpoint", [](auto& p) { p.pretrained_autoencoder = "x"; }}});
}

TEST(Pretrained, NetStartsFromTheAutoencodersLayers) {
  const TrainingOutcome autoencoder = Train(Params());
  const std::string path = testing::TempDir() + "/pretrained_test.thalweg";
  autoencoder.model->Save(path);
  DeepLearningParams params = Params();
  params.autoencoder = false;
  params.response_column = "y";
  params.ignored_columns = {"weight"};
  params.pretrained_autoencoder = path;
  params.epochs = 0.01;
  const TrainingOutcome start = Train(params);
  const Frame frame = MakeFrame();
  ThreadPool pool(2);
  const std::vector<double> a =
      CellsOf(autoencoder.model->DeepFeatures(frame, 3, pool), "DF.L3.C4");
  const std::vector<double> b = CellsOf(start.model->DeepFeatures(frame, 3, pool), "DF.L3.C4");
  for (size_t r = 0; r < kRows; ++r) ASSERT_NEAR(a[r], b[r], 0.02);
  params.epochs = 60;
  EXPECT_GT(*Train(params).training_metrics.r2, 0.8);

  ExpectRefusals(
      params,
      {{"pretrained_autoencoder", "hidden is 5", [](auto& p) { p.hidden = {5}; }},
       {"pretrained_autoencoder", "Tanh", [](auto& p) { p.activation = Activation::kMaxout; }},
       {"pretrained_autoencoder", "x3",
        [](auto& p) {
          p.ignored_columns = {"weight", "x3"};
        }},
       {"pretrained_autoencoder", "weight", [](auto& p) { p.ignored_columns = {}; }},
       {"pretrained_autoencoder", "nowhere",
        [](auto& p) { p.pretrained_autoencoder = "/nowhere/a.thalweg"; }}});
  start.model->Save(path);
  ExpectRefusals(params, {{"pretrained_autoencoder", "not an autoencoder", [](auto&) {}}});
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace thalweg
