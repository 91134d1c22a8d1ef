#include "learn/deeplearning/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/json.h"
#include "learn/deeplearning/refusal_for_test.h"
#include "learn/deeplearning/training_for_test.h"
#include "models/deeplearning_model.h"
#include "models/frame_for_test.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

std::string ModelBytes(const TrainingOutcome& outcome) {
  return dynamic_cast<const DeepLearningModel&>(*outcome.model).Bytes();
}

TEST(Trainer, Classifies) {
  const TrainingOutcome outcome = Train(Classify());
  EXPECT_LT(*outcome.validation_metrics->classification_error, 0.12);
  EXPECT_EQ(outcome.epochs, 20);
  EXPECT_EQ(outcome.training_metrics.rows, 1980);  // 20 responses are missing
  ASSERT_EQ(outcome.warnings.size(), 2U);
  EXPECT_THAT(outcome.warnings[0], HasSubstr("same"));
  EXPECT_THAT(outcome.warnings[1], HasSubstr("20 of 2000"));
  EXPECT_FALSE(outcome.scoring_history->as_array().empty());
  // What "choose" stood for is reported.
  EXPECT_GT(outcome.parameters->at("mini_batch_size").as_int64(), 0);
  EXPECT_GT(outcome.memory->at("total_bytes").to_number<int64_t>(), 1000);
}

TEST(Trainer, TellsVariableImportancesUnlessNotAsked) {
  DeepLearningParams params = Classify();
  params.epochs = 5;
  const std::vector<VariableImportance> table = Train(params).model->variable_importances();
  ASSERT_EQ(table.size(), 6U);  // x, y, three levels and the missing one
  EXPECT_EQ(table[0].relative, 1);
  double sum = 0;
  for (const VariableImportance& row : table) sum += row.percentage;
  EXPECT_NEAR(sum, 1, 1e-12);
  params.variable_importances = false;
  EXPECT_TRUE(Train(params).model->variable_importances().empty());
}

TEST(Trainer, ModelIsKeptByItsFile) {
  const TrainingOutcome outcome = Train(Classify());
  const std::string path = testing::TempDir() + "/trainer_test.thalweg";
  outcome.model->Save(path);
  const auto loaded = LoadModel(path);
  EXPECT_EQ(ImportancesToJson(loaded->variable_importances()),
            ImportancesToJson(outcome.model->variable_importances()));
  std::filesystem::remove(path);
  ThreadPool pool(3);
  const Frame rows = MakeFrame(500, 2);
  const Frame a = outcome.model->Predict(rows, pool);
  const Frame b = loaded->Predict(rows, pool);
  ASSERT_EQ(a.names(), (std::vector<std::string>{"predict", "no", "yes"}));
  std::vector<double> p(500), q(500), no(500);
  for (size_t c = 0; c < 3; ++c) {
    ReadCells(a, c, 0, p);
    ReadCells(b, c, 0, q);
    EXPECT_EQ(p, q);
  }
  ReadCells(a, 1, 0, no);
  for (size_t r = 0; r < 500; ++r) EXPECT_NEAR(no[r] + p[r], 1, 1e-6);
  const Metrics metrics = loaded->Score(rows, pool);
  // Rows without a response are left out before training and skipped here, so sums are cut
  // elsewhere.
  EXPECT_NEAR(*metrics.logloss, *outcome.validation_metrics->logloss, 1e-12);
  EXPECT_EQ(metrics.classification_error, outcome.validation_metrics->classification_error);
  // Chunks of another size, other threads: the same predictions.
  EXPECT_EQ(ModelBytes(outcome).substr(0, 7), "THALWEG");
}

TEST(Trainer, Regresses) {
  for (Activation activation : {Activation::kTanh, Activation::kRectifier, Activation::kMaxout,
                                Activation::kExpRectifier}) {
    DeepLearningParams params = Regress();
    params.activation = activation;
    params.epochs = 40;
    const TrainingOutcome outcome = Train(params);
    EXPECT_GT(*outcome.validation_metrics->r2, 0.8) << static_cast<int>(activation);
    EXPECT_GT(outcome.model->Summary().at("weights_and_biases").to_number<int>(), 100);
  }
}

TEST(Trainer, ReproducibleIsTheSameToTheBit) {
  for (int64_t batch : {1, 32}) {
    DeepLearningParams params = Classify();
    params.reproducible = true;
    params.mini_batch_size = batch;
    params.epochs = 2.5;
    params.activation = Activation::kRectifierWithDropout;
    params.input_dropout_ratio = 0.1;
    const std::string one = ModelBytes(Train(params, 1));
    for (size_t threads : {1, 2, 3, 5}) {
      EXPECT_TRUE(ModelBytes(Train(params, threads)) == one) << threads << " threads";
    }
    params.seed = 43;
    EXPECT_FALSE(ModelBytes(Train(params, 1)) == one);
  }
}

TEST(Trainer, StopsWhenAskedTo) {
  CancelToken cancel;
  cancel.Cancel();
  const TrainingOutcome outcome = Train(Classify(), 2, &cancel);
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_LT(outcome.epochs, 20);
  EXPECT_GT(outcome.samples, 0);
  EXPECT_NE(outcome.model, nullptr);

  DeepLearningParams params = Classify();
  params.epochs = 1e6;
  params.max_runtime_secs = 0.2;
  EXPECT_LT(Train(params).seconds, 10);
  params.max_runtime_secs = 0;
  params.classification_stop = 0.3;
  params.reproducible = true;
  EXPECT_LT(Train(params).epochs, 1000);
}

struct Refusal {
  const char* field;
  const char* text;
  void (*spoil)(DeepLearningParams& params);
};

TEST(Trainer, RefusesWhatCannotBe) {
  const Refusal refusals[] = {
      {"response_column", "label", [](auto& p) { p.response_column = "lable"; }},
      {"response_column", "needed", [](auto& p) { p.response_column = ""; }},
      {"ignored_columns", "level", [](auto& p) { p.ignored_columns = {"levle"}; }},
      {"hidden_dropout_ratios", "WithDropout",
       [](auto& p) {
         p.hidden_dropout_ratios = {0.5, 0.5};
       }},
      {"hidden_dropout_ratios", "2 hidden",
       [](auto& p) {
         p.activation = Activation::kTanhWithDropout;
         p.hidden_dropout_ratios = {0.5};
       }},
      {"fast_mode", "sparse", [](auto& p) { p.fast_mode = false; }},
      {"batch_norm", "mini_batch_size",
       [](auto& p) {
         p.batch_norm = true;
         p.mini_batch_size = 1;
       }},
      {"batch_norm", "hidden",
       [](auto& p) {
         p.batch_norm = true;
         p.hidden = {};
       }},
      {"hidden_noise", "batch_norm", [](auto& p) { p.hidden_noise = 0.1; }},
      {"input_noise", "none",
       [](auto& p) {
         p.input_noise = 0.1;
         p.ignored_columns = {"value", "x", "y"};
       }},
      {"label_smoothing", "CrossEntropy",
       [](auto& p) {
         p.label_smoothing = 0.1;
         p.loss = LossChoice::kQuadratic;
       }},
      {"loss", "Quadratic",
       [](auto& p) {
         p.response_column = "value";
         p.loss = LossChoice::kCrossEntropy;
       }},
  };
  for (const Refusal& refusal : refusals) {
    DeepLearningParams params = Classify();
    refusal.spoil(params);
    ExpectRefusal([&] { Train(params); }, refusal.field, refusal.text);
  }
}

TEST(Trainer, WarnsOfOptionsWithoutEffect) {
  DeepLearningParams params = Classify();
  params.epochs = 0.1;
  params.rate = 0.1;
  params.initial_weight_scale = 3;
  const std::vector<std::string> warnings = Train(params).warnings;
  EXPECT_THAT(warnings,
              testing::Contains(HasSubstr("rate has no effect: the optimizer is adadelta")));
  EXPECT_THAT(warnings, testing::Contains(HasSubstr("initial_weight_scale has no effect")));
}

constexpr OptimizerKind kOptimizers[] = {OptimizerKind::kAdadelta, OptimizerKind::kSgd,
                                         OptimizerKind::kAdagrad,  OptimizerKind::kRmsprop,
                                         OptimizerKind::kAdam,     OptimizerKind::kAdamw};

TEST(Trainer, EveryOptimizerLearns) {
  for (OptimizerKind kind : kOptimizers) {
    for (int64_t batch : {1, 16}) {
      DeepLearningParams params = Regress();
      params.optimizer = kind;
      params.mini_batch_size = batch;
      if (kind == OptimizerKind::kSgd) params.rate = 0.02;
      const TrainingOutcome outcome = Train(params);
      EXPECT_GT(*outcome.validation_metrics->r2, 0.8) << static_cast<int>(kind) << " " << batch;
      EXPECT_EQ(outcome.parameters->at("adaptive_rate").as_bool(),
                kind == OptimizerKind::kAdadelta);
    }
  }
}

TEST(Trainer, EveryOptimizerIsReproducible) {
  std::vector<std::string> models;
  for (OptimizerKind kind : kOptimizers) {
    DeepLearningParams params = Classify();
    params.optimizer = kind;
    params.reproducible = true;
    params.epochs = 1.5;
    params.mini_batch_size = 24;
    params.l2 = 1e-3;
    models.push_back(ModelBytes(Train(params, 1)));
    for (size_t threads : {2, 3}) {
      EXPECT_TRUE(ModelBytes(Train(params, threads)) == models.back()) << static_cast<int>(kind);
    }
  }
}

TEST(Trainer, BatchNormLearnsAndIsReproducible) {
  for (Activation activation : {Activation::kTanh, Activation::kRectifierWithDropout,
                                Activation::kMaxout, Activation::kExpRectifier}) {
    DeepLearningParams params = Regress();
    params.activation = activation;
    params.batch_norm = true;
    params.mini_batch_size = 50;
    params.epochs = 60;
    params.hidden_noise = activation == Activation::kTanh ? 0.1 : 0;
    if (HasDropout(activation)) params.hidden_dropout_ratios = {0.05, 0.05};
    EXPECT_GT(*Train(params).validation_metrics->r2, 0.85) << static_cast<int>(activation);
    params.reproducible = true;
    params.epochs = 1.5;
    const std::string one = ModelBytes(Train(params, 1));
    for (size_t threads : {2, 3}) EXPECT_TRUE(ModelBytes(Train(params, threads)) == one);
  }
}

TEST(Trainer, RefusesANetThatCannotFit) {
  DeepLearningParams params = Classify();
  params.hidden = {1 << 20, 1 << 20, 1 << 20};
  try {
    Train(params);
    ADD_FAILURE() << "was accepted";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("does not fit into the memory"));
  }
}

TEST(Trainer, NoHiddenLayerIsALinearModel) {
  DeepLearningParams params = Regress();
  params.hidden = {};
  const TrainingOutcome outcome = Train(params);
  EXPECT_EQ(outcome.model->Summary().at("hidden").as_array().size(), 0U);
  EXPECT_GT(*outcome.validation_metrics->r2, 0.1);
}

DeepLearningParams Explosive(double rate) {
  DeepLearningParams params = Regress();
  params.optimizer = OptimizerKind::kSgd;
  params.rate = rate;
  params.rate_annealing = 0;
  return params;
}

TEST(Trainer, SaysWhenTrainingExplodes) {
  DeepLearningParams params = Explosive(1e6);
  EXPECT_THROW(Train(params), UserError);
  params.rate = 8;
  params.recover_from_instability = false;
  EXPECT_THROW(Train(params), UserError);
}

TEST(Trainer, RecoversFromInstability) {
  for (bool reproducible : {false, true}) {
    DeepLearningParams params = Explosive(8);
    params.stopping_rounds = 0;
    params.reproducible = reproducible;
    const TrainingOutcome outcome = Train(params);
    EXPECT_EQ(outcome.epochs, 20);
    EXPECT_THAT(outcome.warnings, testing::Contains(HasSubstr("training became unstable")));
    size_t notes = 0;
    for (const Json& entry : outcome.scoring_history->as_array()) {
      if (entry.as_object().contains("notes")) notes += entry.at("notes").as_array().size();
    }
    EXPECT_GT(notes, 0U);
    EXPECT_LE(notes, 5U);
    if (reproducible) {
      EXPECT_TRUE(ModelBytes(Train(params, 3)) == ModelBytes(outcome));
    }
  }
}

// Every option that changes training changes the model.
TEST(Trainer, NoOptionIsIgnored) {
  DeepLearningParams base = Classify();
  base.reproducible = true;
  base.epochs = 1.5;
  base.adaptive_rate = false;
  base.activation = Activation::kRectifierWithDropout;
  base.momentum_start = 0.5;
  base.initial_weight_distribution = WeightDistribution::kNormal;
  base.initial_weight_scale = 0.1;
  using Change = void (*)(DeepLearningParams&);
  const std::pair<const char*, Change> changes[] = {
      {"adaptive_rate", [](auto& p) { p.adaptive_rate = true; }},
      {"rate", [](auto& p) { p.rate = 0.01; }},
      {"rate_annealing", [](auto& p) { p.rate_annealing = 1e-3; }},
      {"rate_decay", [](auto& p) { p.rate_decay = 0.5; }},
      {"momentum_start", [](auto& p) { p.momentum_start = 0; }},
      {"momentum_ramp", [](auto& p) { p.momentum_ramp = 100; }},
      {"momentum_stable", [](auto& p) { p.momentum_stable = 0.9; }},
      {"nesterov_accelerated_gradient", [](auto& p) { p.nesterov_accelerated_gradient = false; }},
      {"input_dropout_ratio", [](auto& p) { p.input_dropout_ratio = 0.2; }},
      {"input_noise", [](auto& p) { p.input_noise = 0.1; }},
      {"hidden_dropout_ratios",
       [](auto& p) {
         p.hidden_dropout_ratios = {0.1, 0.2};
       }},
      {"l1", [](auto& p) { p.l1 = 1e-3; }},
      {"l2", [](auto& p) { p.l2 = 1e-3; }},
      {"max_w2", [](auto& p) { p.max_w2 = 0.01; }},
      {"gradient_clip", [](auto& p) { p.gradient_clip = 0.01; }},
      {"label_smoothing", [](auto& p) { p.label_smoothing = 0.1; }},
      {"batch_norm", [](auto& p) { p.batch_norm = true; }},
      {"initial_weight_distribution",
       [](auto& p) { p.initial_weight_distribution = WeightDistribution::kUniform; }},
      {"initial_weight_scale", [](auto& p) { p.initial_weight_scale = 0.2; }},
      {"loss", [](auto& p) { p.loss = LossChoice::kQuadratic; }},
      {"standardize", [](auto& p) { p.standardize = false; }},
      {"use_all_factor_levels", [](auto& p) { p.use_all_factor_levels = false; }},
      {"missing_values_handling",
       [](auto& p) { p.missing_values_handling = MissingValuesHandling::kSkip; }},
      {"ignore_const_cols", [](auto& p) { p.ignore_const_cols = false; }},
      {"shuffle_training_data", [](auto& p) { p.shuffle_training_data = false; }},
      {"mini_batch_size", [](auto& p) { p.mini_batch_size = 17; }},
      {"activation", [](auto& p) { p.activation = Activation::kMaxoutWithDropout; }},
      {"hidden", [](auto& p) { p.hidden = {32}; }},
      {"epochs", [](auto& p) { p.epochs = 1.2; }},
  };
  const auto weights = [](const TrainingOutcome& outcome) {
    const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
    std::vector<float> all;
    for (const AffineWeights& layer : model.network().layers) {
      all.insert(all.end(), layer.weights.elements().begin(), layer.weights.elements().end());
    }
    return all;
  };
  base.overwrite_with_best_model = false;
  const std::vector<float> usual = weights(Train(base));
  EXPECT_TRUE(weights(Train(base)) == usual);
  for (const auto& [name, change] : changes) {
    DeepLearningParams params = base;
    change(params);
    EXPECT_FALSE(weights(Train(params)) == usual) << name;
  }
  DeepLearningParams normalized = base;
  normalized.batch_norm = true;
  const std::vector<float> quiet = weights(Train(normalized));
  normalized.hidden_noise = 0.3;
  EXPECT_FALSE(weights(Train(normalized)) == quiet);
  struct OfOptimizer {
    OptimizerKind kind;
    const char* name;
    Change change;
  };
  base.adaptive_rate = true;
  base.momentum_start = 0;
  const OfOptimizer others[] = {
      {OptimizerKind::kAdadelta, "rho", [](auto& p) { p.rho = 0.95; }},
      {OptimizerKind::kAdadelta, "epsilon", [](auto& p) { p.epsilon = 1e-6; }},
      {OptimizerKind::kAdadelta, "warmup", [](auto& p) { p.warmup = 0.2; }},
      {OptimizerKind::kAdadelta, "linear",
       [](auto& p) { p.rate_schedule = ScheduleKind::kLinear; }},
      {OptimizerKind::kAdadelta, "step", [](auto& p) { p.rate_schedule = ScheduleKind::kStep; }},
      {OptimizerKind::kSgd, "cosine", [](auto& p) { p.rate_schedule = ScheduleKind::kCosine; }},
      {OptimizerKind::kSgd, "constant", [](auto& p) { p.rate_schedule = ScheduleKind::kConstant; }},
      {OptimizerKind::kAdam, "linear", [](auto& p) { p.rate_schedule = ScheduleKind::kLinear; }},
      {OptimizerKind::kAdam, "warmup", [](auto& p) { p.warmup = 0.2; }},
      {OptimizerKind::kRmsprop, "step", [](auto& p) { p.rate_schedule = ScheduleKind::kStep; }},
      {OptimizerKind::kAdagrad, "warmup", [](auto& p) { p.warmup = 0.2; }},
      {OptimizerKind::kAdagrad, "rate", [](auto& p) { p.rate = 0.02; }},
      {OptimizerKind::kAdagrad, "epsilon", [](auto& p) { p.epsilon = 1e-4; }},
      {OptimizerKind::kAdagrad, "rate_annealing", [](auto& p) { p.rate_annealing = 1e-3; }},
      {OptimizerKind::kRmsprop, "rho", [](auto& p) { p.rho = 0.95; }},
      {OptimizerKind::kRmsprop, "epsilon", [](auto& p) { p.epsilon = 1e-4; }},
      {OptimizerKind::kRmsprop, "rate_decay", [](auto& p) { p.rate_decay = 0.5; }},
      {OptimizerKind::kAdam, "beta1", [](auto& p) { p.beta1 = 0.8; }},
      {OptimizerKind::kAdam, "beta2", [](auto& p) { p.beta2 = 0.99; }},
      {OptimizerKind::kAdam, "rate_annealing", [](auto& p) { p.rate_annealing = 1e-3; }},
      {OptimizerKind::kAdamw, "epsilon", [](auto& p) { p.epsilon = 1e-4; }},
      {OptimizerKind::kAdamw, "l2", [](auto& p) { p.l2 = 0.1; }},
      {OptimizerKind::kAdamw, "rate_decay", [](auto& p) { p.rate_decay = 0.5; }},
  };
  for (const OfOptimizer& other : others) {
    DeepLearningParams params = base;
    params.optimizer = other.kind;
    const std::vector<float> before = weights(Train(params));
    EXPECT_FALSE(before == usual);
    other.change(params);
    EXPECT_FALSE(weights(Train(params)) == before)
        << other.name << " of optimizer " << static_cast<int>(other.kind);
  }
}

TEST(Trainer, CategoriesAreEncodedAsAsked) {
  // "level" has three levels and missing cells; x and y are two inputs more.
  const std::pair<CategoricalEncoding, size_t> cases[] = {
      {CategoricalEncoding::kOneHotInternal, 6}, {CategoricalEncoding::kOneHotExplicit, 6},
      {CategoricalEncoding::kBinary, 4},         {CategoricalEncoding::kEigen, 3},
      {CategoricalEncoding::kLabelEncoder, 3},   {CategoricalEncoding::kSortByResponse, 3},
      {CategoricalEncoding::kEnumLimited, 6}};
  for (const auto& [encoding, inputs] : cases) {
    DeepLearningParams params = Classify();
    params.categorical_encoding = encoding;
    const TrainingOutcome outcome = Train(params);
    const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
    EXPECT_EQ(model.encoder().shape().units(), inputs)
        << kEnumNames<CategoricalEncoding>[static_cast<size_t>(encoding)];
    EXPECT_LT(*outcome.validation_metrics->classification_error, 0.2);
  }
}

TEST(Trainer, MaxCategoricalFeaturesBoundsTheInputs) {
  DeepLearningParams params = Classify();
  params.max_categorical_features = 2;
  const TrainingOutcome outcome = Train(params);
  const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
  EXPECT_EQ(model.encoder().shape(), (InputShape{2, 2, 0}));
}

TEST(Trainer, SparseAndDenseInputsGiveTheSameNet) {
  // Integers that are mostly zero, taken as they are: the two ways differ in the work alone.
  constexpr size_t kRows = 400;
  Random random(5);
  FrameMaker maker(kRows, 100);
  std::vector<int64_t> label(kRows);
  for (const char* name : {"a", "b", "c", "d"}) {
    std::vector<double> cells(kRows);
    for (size_t r = 0; r < kRows; ++r) {
      cells[r] = random.Bernoulli(0.3) ? static_cast<double>(1 + random.Below(2)) / 2 : 0;
      label[r] ^= cells[r] > 0.5 ? 1 : 0;
    }
    maker.Real(name, cells);
  }
  const Frame frame = maker.Enum("label", {"n", "y"}, label).Make();
  DeepLearningParams params = Classify();
  params.ignored_columns = {};
  params.standardize = false;
  params.reproducible = true;
  params.epochs = 3;
  ThreadPool pool(2);
  std::vector<std::vector<float>> predictions;
  for (bool sparse : {false, true}) {
    params.sparse = sparse;
    const TrainingOutcome outcome = TrainOnTestRanks(params, {&frame, nullptr}, pool, {});
    const auto& model = dynamic_cast<const DeepLearningModel&>(*outcome.model);
    EXPECT_EQ(model.encoder().shape(), sparse ? (InputShape{0, 0, 4}) : (InputShape{0, 4, 0}));
    const Frame predicted = model.Predict(frame, pool);
    std::vector<double> yes(kRows);
    ReadCells(predicted, 2, 0, yes);
    predictions.emplace_back(yes.begin(), yes.end());
  }
  for (size_t r = 0; r < kRows; ++r) EXPECT_NEAR(predictions[0][r], predictions[1][r], 2e-3) << r;
  // Noise would fill the zeros.
  params.input_noise = 0.1;
  ExpectRefusal(
      [&] {
        TrainOnTestRanks(params, {&frame, nullptr}, pool, {});
      },
      "input_noise", "sparse");
}

TEST(Trainer, ColMajorIsRefused) {
  DeepLearningParams params = Classify();
  params.col_major = true;
  EXPECT_THROW(Train(params), FieldErrors);
}

}  // namespace
}  // namespace thalweg
