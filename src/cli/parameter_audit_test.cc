// No parameter is accepted and ignored: every declared one has a row here that shows its effect, or
// the sentence that refuses it. What the command line makes of a row is what the C++ interface
// does.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "cli/parameter_audit_rows_for_test.h"

namespace thalweg {
namespace {

using testing::HasSubstr;

class ParameterAudit : public testing::Test {
 protected:
  static void SetUpTestSuite() { bench_ = new AuditBench(); }
  static void TearDownTestSuite() {
    delete bench_;
    bench_ = nullptr;
  }
  static AuditBench* bench_;
};
AuditBench* ParameterAudit::bench_ = nullptr;

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const ParamSpec& spec : FindLearner("deeplearning").schema().specs()) {
    names.push_back(spec.name);
  }
  return names;
}

TEST_F(ParameterAudit, EveryParameterHasARowAndEveryRowAParameter) {
  std::set<std::string> rows;
  for (const AuditRow& row : AuditRows()) rows.insert(row.name);
  EXPECT_THAT(rows, testing::UnorderedElementsAreArray(Names()));
}

Seen Look(const AuditBench& bench, const AuditRow& row, const AuditSettings& settings) {
  Seen seen = bench.Train(settings);
  if (row.see == &SeePrinted) seen.printed = bench.RunCommand(settings).printed;
  return seen;
}

TEST_F(ParameterAudit, EveryLevelHasARow) {
  std::map<std::string, std::set<std::string>> levels;
  for (const AuditRow& row : AuditRows()) {
    levels[row.name].insert(row.values.begin(), row.values.end());
  }
  for (const ParamSpec& spec : FindLearner("deeplearning").schema().specs()) {
    for (const std::string& level : spec.access.levels) {
      EXPECT_TRUE(level == spec.default_text || levels[spec.name].contains(level))
          << spec.name << "=" << level;
    }
  }
}

// Every value shows something else than what stands without it, and than the other values.
TEST_F(ParameterAudit, EveryParameterHasItsEffect) {
  for (const AuditRow& row : AuditRows()) {
    if (row.refusal != nullptr || row.same != nullptr) continue;
    const AuditSettings base = bench_->Settings(row.base);
    std::map<std::string, std::string> seen;  // what was seen: by which value
    const Seen usual = Look(*bench_, row, base);
    ASSERT_TRUE(usual.error.empty() || row.see == &SeeError) << row.name << ": " << usual.error;
    seen[row.see(usual)] = "(as it was)";
    for (const std::string& value : row.values) {
      AuditSettings changed = base;
      changed[row.name] = bench_->Path(value);
      const Seen other = Look(*bench_, row, changed);
      ASSERT_TRUE(other.error.empty() || row.see == &SeeError)
          << row.name << "=" << value << ": " << other.error;
      const auto [place, fresh] = seen.try_emplace(row.see(other), value);
      EXPECT_TRUE(fresh) << row.name << "=" << value << " shows what " << place->second << " shows";
    }
  }
}

TEST_F(ParameterAudit, WhatIsRefusedIsNamedWithTheReason) {
  for (const AuditRow& row : AuditRows()) {
    if (row.refusal == nullptr) continue;
    for (const std::string& value : row.values) {
      AuditSettings settings = bench_->Settings(row.base);
      settings[row.name] = bench_->Path(value);
      const Seen seen = bench_->Train(settings);
      EXPECT_EQ(seen.field, row.name) << value << ": " << seen.error;
      EXPECT_THAT(seen.error, HasSubstr(row.refusal)) << row.name << "=" << value;
      const CommandLineRun run = bench_->RunCommand(settings);
      EXPECT_EQ(run.code, kExitUser) << row.name;
      EXPECT_THAT(run.errors, HasSubstr(row.name));
      EXPECT_THAT(run.errors, HasSubstr(row.refusal));
    }
  }
}

// Values that mean the same, as the help text says: the same net to the bit.
TEST_F(ParameterAudit, WhatMeansTheSameGivesTheSameNet) {
  for (const AuditRow& row : AuditRows()) {
    if (row.same == nullptr) continue;
    const AuditSettings base = bench_->Settings(row.base);
    const Seen usual = bench_->Train(base);
    for (const std::string& value : row.values) {
      AuditSettings changed = base;
      changed[row.name] = value;
      const Seen other = bench_->Train(changed);
      EXPECT_EQ(SeeNet(other), SeeNet(usual)) << row.name;
      EXPECT_EQ(other.outcome.warnings, usual.outcome.warnings) << row.name;
      EXPECT_THAT(FindLearner("deeplearning").schema().Find(row.name)->help, HasSubstr(row.same));
    }
  }
}

// The saved model, byte by byte.
TEST_F(ParameterAudit, TheCommandLineDoesTheSame) {
  for (const AuditRow& row : AuditRows()) {
    if (row.refusal != nullptr) continue;
    AuditSettings settings = bench_->Settings(row.base);
    settings[row.name] = bench_->Path(row.values[0]);
    const Seen seen = bench_->Train(settings);
    const CommandLineRun run = bench_->RunCommand(settings);
    EXPECT_EQ(run.code, seen.error.empty() ? kExitOk : kExitUser) << row.name << run.errors;
    if (!seen.error.empty() || !IsDeterministic(settings)) continue;
    EXPECT_TRUE(run.model == seen.bytes) << row.name;
    for (const std::string& warning : seen.outcome.warnings) {
      EXPECT_THAT(run.errors, HasSubstr(warning)) << row.name;
    }
  }
}

// Any parameters together train, to the same bits on one thread and on three, or are refused with a
// sentence.
TEST_F(ParameterAudit, AnyCombinationTrainsOrIsRefused) {
  const std::vector<AuditRow> rows = AuditRows();
  Random random(20);
  int64_t trained = 0;
  // THALWEG_AUDIT_TRIALS for the long form.
  const char* wanted = std::getenv("THALWEG_AUDIT_TRIALS");
  const int64_t trials = wanted == nullptr ? 150 : ParseInt(wanted).value_or(150);
  for (int64_t trial = 0; trial < trials; ++trial) {
    AuditSettings settings = bench_->Settings("");
    for (uint64_t i = 0, count = 2 + random.Below(3); i < count;) {
      const AuditRow& row = rows[random.Below(rows.size())];
      if (row.refusal != nullptr) continue;
      for (const auto& [name, value] : bench_->Parse(row.base)) settings[name] = value;
      settings[row.name] = bench_->Path(row.values[random.Below(row.values.size())]);
      ++i;
    }
    const Seen seen = bench_->Train(settings, 1);
    if (!seen.error.empty()) {
      EXPECT_THAT(seen.error, testing::Not(testing::StartsWith("internal"))) << Text(settings);
      continue;
    }
    ++trained;
    if (!IsDeterministic(settings)) continue;
    const Seen again = bench_->Train(settings, 3);
    EXPECT_TRUE(seen.bytes == again.bytes) << Text(settings) << again.error;
  }
  EXPECT_GT(trained, trials / 3);
}

// Whether they show anything beside others depends on how errors fall, or they say once more what
// others say.
const std::set<std::string> kDependsOnTheRun = {"stopping_tolerance",
                                                "stopping_rounds",
                                                "stopping_metric",
                                                "overwrite_with_best_model",
                                                "epochs",
                                                "shuffle_training_data",
                                                "loss",
                                                "optimizer",
                                                "adaptive_rate"};

// Nor is anything ignored beside other parameters: something that can be seen is another, if only a
// warning. THALWEG_AUDIT_ALL for all pairs of rows.
TEST_F(ParameterAudit, NothingIsIgnoredBesideOthers) {
  const std::vector<AuditRow> rows = AuditRows();
  const bool every = std::getenv("THALWEG_AUDIT_ALL") != nullptr;
  Random random(21);
  for (const AuditRow& row : rows) {
    if (row.refusal != nullptr || row.same != nullptr || row.see == &SeePrinted) continue;
    if (kDependsOnTheRun.contains(row.name)) continue;
    for (const AuditRow& other : rows) {
      if (other.refusal != nullptr || other.name == row.name) continue;
      if (!every && !random.Bernoulli(0.02)) continue;
      AuditSettings without = bench_->Settings(row.base);
      const AuditSettings own = bench_->Parse(row.base);
      AuditSettings added = bench_->Parse(other.base);
      added[other.name] = bench_->Path(other.values[0]);
      bool fits = !added.contains(row.name);
      for (const auto& [name, value] : added) fits = fits && !own.contains(name);
      if (!fits) continue;
      for (const auto& [name, value] : added) without[name] = value;
      if (!IsDeterministic(without)) continue;
      AuditSettings with = without;
      with[row.name] = bench_->Path(row.values[0]);
      if (!IsDeterministic(with)) continue;
      const Seen usual = bench_->Train(without);
      if (!usual.error.empty()) continue;
      // Seen before the next training, which takes the folder of the exports.
      const std::string everything = SeeEverything(usual);
      EXPECT_FALSE(SeeEverything(bench_->Train(with)) == everything)
          << row.name << "=" << row.values[0] << " shows nothing beside " << Text(without);
    }
  }
}

// As the metadata of an H2O-3 3.46 server has them, for those that have one; its clients always
// send all of them.
constexpr const char* kH2oDefaults =
    "nfolds=0 keep_cross_validation_models=true keep_cross_validation_predictions=false "
    "keep_cross_validation_fold_assignment=false fold_assignment=AUTO ignore_const_cols=true "
    "score_each_iteration=false balance_classes=false max_after_balance_size=5.0 "
    "max_confusion_matrix_size=20 overwrite_with_best_model=true use_all_factor_levels=true "
    "standardize=true activation=Rectifier hidden=200,200 epochs=10.0 "
    "train_samples_per_iteration=-2 target_ratio_comm_to_comp=0.05 seed=-1 adaptive_rate=true "
    "rho=0.99 epsilon=1e-08 rate=0.005 rate_annealing=1e-06 rate_decay=1.0 momentum_start=0.0 "
    "momentum_ramp=1000000.0 momentum_stable=0.0 nesterov_accelerated_gradient=true "
    "input_dropout_ratio=0.0 l1=0.0 l2=0.0 max_w2=3.4028235e+38 "
    "initial_weight_distribution=UniformAdaptive initial_weight_scale=1.0 loss=Automatic "
    "distribution=AUTO quantile_alpha=0.5 tweedie_power=1.5 huber_alpha=0.9 "
    "score_interval=5.0 score_training_samples=10000 score_validation_samples=0 "
    "score_duty_cycle=0.1 classification_stop=0.0 regression_stop=1e-06 stopping_rounds=5 "
    "stopping_metric=AUTO stopping_tolerance=0.0 max_runtime_secs=0.0 "
    "score_validation_sampling=Uniform diagnostics=true fast_mode=true "
    "force_load_balance=true variable_importances=true replicate_training_data=true "
    "single_node_mode=false shuffle_training_data=false "
    "missing_values_handling=MeanImputation quiet_mode=false autoencoder=false sparse=false "
    "col_major=false average_activation=0.0 sparsity_beta=0.0 "
    "max_categorical_features=2147483647 reproducible=false export_weights_and_biases=false "
    "mini_batch_size=1 categorical_encoding=AUTO elastic_averaging=false "
    "elastic_averaging_moving_rate=0.9 elastic_averaging_regularization=0.001 auc_type=AUTO "
    "gainslift_bins=-1";

TEST_F(ParameterAudit, H2OsDefaultsAreAccepted) {
  AuditSettings settings = bench_->Settings("");
  settings.erase("reproducible");
  for (const auto& [name, value] : bench_->Parse(kH2oDefaults)) settings[name] = value;
  settings["epochs"] = "1";
  const Seen seen = bench_->Train(settings);
  EXPECT_EQ(seen.error, "");
  for (const std::string& warning : seen.outcome.warnings) {
    // Of the rate, which ADADELTA has not, and of what is in the data.
    EXPECT_THAT(warning, testing::AnyOf(testing::StartsWith("rate has no effect"),
                                        testing::Not(HasSubstr("has no effect"))));
  }
}

// Of the frames, which are no declared parameters.
TEST_F(ParameterAudit, FramesHaveTheirEffect) {
  const AuditSettings settings = bench_->Settings("");
  const Seen usual = bench_->Train(settings);
  EXPECT_TRUE(usual.outcome.validation_metrics);
  EXPECT_NE(SeeNet(bench_->TrainOn(settings, bench_->validation(), nullptr)), SeeNet(usual));
  EXPECT_FALSE(bench_->TrainOn(settings, bench_->training(), nullptr).outcome.validation_metrics);
}

}  // namespace
}  // namespace thalweg
