#include "learn/deeplearning/trainer_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "learn/deeplearning/optimizer_choice.h"

namespace thalweg {

namespace {

void CheckGradients(const DeepLearningParams& p, std::vector<FieldError>& errors) {
  if (p.averaging != Averaging::kGradients) return;
  const auto refuse = [&errors](const char* why) {
    errors.push_back({"averaging", fmt::format("gradients are exchanged {}", why)});
  };
  if (p.mini_batch_size == 1) {
    refuse("once per batch: mini_batch_size must be more than 1, or 0 to let the engine choose");
  }
  if (p.reproducible && p.exchange_precision != ExchangePrecision::kFloat32) {
    errors.push_back({"exchange_precision",
                      "sums of averaging=gradients with reproducible are exact: take float32"});
  }
  if (p.batch_norm) refuse("without those of batch_norm as yet: take averaging=model");
  if (p.autoencoder && p.sparsity_beta > 0) {
    refuse("without the activations that sparsity_beta counts as yet: take averaging=model");
  }
}

void CheckRanks(const RankParams& p, std::vector<FieldError>& errors) {
  if (p.averaging_momentum < 0 && p.averaging_momentum != -1) {
    errors.push_back({"averaging_momentum", "is -1 (1 - 1 / ranks), or in [0, 1)"});
  }
  if (p.elastic_averaging && p.averaging == Averaging::kGradients) {
    errors.push_back({"elastic_averaging", "averages models: take averaging=model"});
  }
  if (p.elastic_averaging && p.averaging_momentum > 0) {
    errors.push_back({"averaging_momentum", "moves models on; elastic_averaging goes without it"});
  }
  if (p.elastic_averaging && p.elastic_averaging_moving_rate == 0) {
    errors.push_back({"elastic_averaging_moving_rate",
                      "is 0: the average would stay where it began; 0.9 is the default"});
  }
  if (!p.force_load_balance) {
    errors.push_back({"force_load_balance",
                      "cannot be turned off: the rows of a batch are always spread over all "
                      "threads, however few they are"});
  }
}

// As a file name, too.
void CheckModelId(const std::string& id, std::vector<FieldError>& errors) {
  const bool control =
      std::any_of(id.begin(), id.end(), [](char c) { return static_cast<unsigned char>(c) < 32; });
  if (id.starts_with('.') || id.find('/') != std::string::npos || control) {
    errors.push_back({"model_id", fmt::format("'{}' cannot be a file name: leave out '/', control "
                                              "characters and a '.' at the beginning",
                                              Printable(id))});
  }
}

}  // namespace

void CheckParams(const DeepLearningParams& p, bool classification,
                 std::vector<FieldError>& errors) {
  CheckRanks(p, errors);
  CheckGradients(p, errors);
  CheckModelId(p.model_id, errors);
  if (!p.custom_metric_func.empty()) {
    errors.push_back({"custom_metric_func",
                      "is not supported: no code is taken from outside; leave it out, and measure "
                      "predictions yourself"});
  }
  if (!p.class_sampling_factors.empty() && !p.balance_classes) {
    errors.push_back({"class_sampling_factors", "needs balance_classes"});
  }
  if (!p.hidden_dropout_ratios.empty()) {
    if (!HasDropout(p.activation)) {
      errors.push_back({"hidden_dropout_ratios",
                        "needs an activation with dropout, such as RectifierWithDropout"});
    } else if (p.hidden_dropout_ratios.size() != p.hidden.size()) {
      errors.push_back(
          {"hidden_dropout_ratios", fmt::format("has {} values for {} hidden layers",
                                                p.hidden_dropout_ratios.size(), p.hidden.size())});
    }
  }
  if (p.balance_classes && !classification) {
    errors.push_back({"balance_classes", "needs a categorical response (--response_type enum)"});
  }
  if (p.col_major) {
    errors.push_back({"col_major", "is not supported: leave it out; results do not depend on it"});
  }
  CheckOptimizer(p, errors);
  if (!p.fast_mode) {
    errors.push_back({"fast_mode",
                      "cannot be turned off: weights whose inputs are zero are never moved, which "
                      "is what makes sparse inputs cheap"});
  }
  if (p.batch_norm && p.mini_batch_size == 1) {
    errors.push_back({"batch_norm", "needs mini_batch_size of 2 at least (0 lets it be chosen)"});
  }
  if (p.batch_norm && p.hidden.empty()) {
    errors.push_back({"batch_norm", "is for hidden layers, and there are none"});
  }
  if (p.hidden_noise > 0 && !p.batch_norm) {
    errors.push_back({"hidden_noise", "needs batch_norm: else weights grow until it is small"});
  }
}

void CheckParams(const DeepLearningParams& p, const TrainingData& data) {
  std::vector<FieldError> errors;
  CheckParams(p, data.response.classification(), errors);
  if (p.input_noise > 0 && data.encoder->shape().sparse > 0) {
    errors.push_back(
        {"input_noise", "cannot be added to sparse inputs: it would fill their zeros"});
  } else if (p.input_noise > 0 && data.encoder->shape().dense == 0) {
    errors.push_back({"input_noise", "is for numeric inputs, and there are none"});
  }
  if (p.label_smoothing > 0 && data.plan.loss != LossKind::kCrossEntropy) {
    errors.push_back(
        {"label_smoothing", "needs the loss CrossEntropy, which is for classification"});
  }
  if (!errors.empty()) throw FieldErrors(std::move(errors));
}

std::vector<std::string> ParamsWithoutEffect(const DeepLearningParams& params,
                                             const TrainingData& data, int ranks) {
  const bool classification = data.response.classification();
  struct Case {
    bool idle;
    const char* why;
    std::vector<std::string> names;
  };
  const CategoricalEncoding encoding = params.categorical_encoding;
  const bool one_hot =
      encoding == CategoricalEncoding::kAuto || encoding == CategoricalEncoding::kOneHotInternal;
  const bool momentum = params.momentum_start > 0 || params.momentum_stable > 0;
  const Case cases[] = {
      {ChosenOptimizer(params) == OptimizerKind::kSgd && !momentum,
       "there is no momentum",
       {"momentum_ramp", "nesterov_accelerated_gradient"}},
      {params.initial_weight_distribution == WeightDistribution::kUniformAdaptive,
       "initial_weight_distribution is UniformAdaptive",
       {"initial_weight_scale"}},
      {params.reproducible,
       "reproducible scores after every iteration",
       {"score_interval", "score_duty_cycle"}},
      {params.score_each_iteration && !params.reproducible,
       "score_each_iteration is on",
       {"score_interval", "score_duty_cycle"}},
      {params.score_validation_samples == 0,
       "score_validation_samples is 0, which means all rows",
       {"score_validation_sampling"}},
      {data.validation == nullptr,
       "there are no validation rows",
       {"score_validation_samples", "score_validation_sampling"}},
      {params.stopping_rounds == 0, "stopping_rounds is 0", {"stopping_tolerance"}},
      {params.stopping_rounds == 0 && !params.overwrite_with_best_model,
       "neither stopping_rounds nor overwrite_with_best_model is on",
       {"stopping_metric"}},
      {!classification, "the response is a number", {"classification_stop"}},
      {params.distribution != DistributionKind::kTweedie,
       "the distribution is not tweedie",
       {"tweedie_power"}},
      {params.distribution != DistributionKind::kQuantile && params.loss != LossChoice::kQuantile,
       "the distribution is not quantile",
       {"quantile_alpha"}},
      {params.distribution != DistributionKind::kHuber && params.loss != LossChoice::kHuber,
       "the loss is not Huber",
       {"huber_alpha"}},
      {!params.autoencoder, "autoencoder is off", {"average_activation", "sparsity_beta"}},
      {params.autoencoder && params.sparsity_beta == 0,
       "sparsity_beta is 0",
       {"average_activation"}},
      {!one_hot,
       "categorical_encoding is neither AUTO nor OneHotInternal",
       {"use_all_factor_levels"}},
      {!one_hot && encoding != CategoricalEncoding::kEnumLimited,
       "categorical_encoding gives dense inputs, which are not hashed",
       {"max_categorical_features"}},
      {data.pretrained != nullptr,
       "the inputs are those of pretrained_autoencoder",
       {"standardize", "use_all_factor_levels", "categorical_encoding", "max_categorical_features",
        "sparse"}},
      {!params.balance_classes, "balance_classes is off", {"max_after_balance_size"}},
      {ranks == 1,
       "training runs on one rank, which communicates with no other",
       {"target_ratio_comm_to_comp", "averaging_momentum", "elastic_averaging",
        "exchange_precision"}},
      {ranks == 1 && params.elastic_averaging,
       "training runs on one rank, which communicates with no other",
       {"elastic_averaging_moving_rate", "elastic_averaging_regularization"}},
      {ranks == 1 && !ExchangesGradients(params, nullptr),
       "training runs on one rank, which communicates with no other",
       {"averaging"}},
      {ranks > 1 && params.averaging == Averaging::kGradients,
       "gradients are exchanged after every batch",
       {"target_ratio_comm_to_comp", "averaging_momentum"}},
      {ranks > 1 && params.averaging == Averaging::kGradients,
       "with averaging=gradients each rank has all rows as yet",
       {"replicate_training_data"}},
      {!params.elastic_averaging,
       "elastic_averaging is off",
       {"elastic_averaging_moving_rate", "elastic_averaging_regularization"}},
      {classification, "the response is categorical", {"regression_stop"}},
      {data.response.domain.size() <= 2,
       "there are not more than two classes",
       {"auc_type", "max_hit_ratio_k"}},
      {data.response.domain.size() != 2, "there are not two classes", {"gainslift_bins"}},
      {!classification, "the response is a number", {"max_confusion_matrix_size"}},
  };
  const DeepLearningParams defaults;
  const ParamSchema& schema = SchemaOf<DeepLearningParams>();
  std::vector<std::string> warnings;
  for (const FieldError& other : ParamsOfOtherOptimizers(params)) {
    warnings.push_back(other.field + " " + other.message);
  }
  for (const Case& c : cases) {
    if (!c.idle) continue;
    for (const std::string& name : c.names) {
      const ParamSpec* spec = schema.Find(name);
      if (spec->Format(&params) == spec->Format(&defaults)) continue;
      warnings.push_back(fmt::format("{} has no effect: {}", name, c.why));
    }
  }
  return warnings;
}

NetOptions NetOptionsOf(const DeepLearningParams& p, const TrainingData& data) {
  NetOptions options;
  options.input = data.encoder->shape();
  options.activation = p.activation;
  options.hidden.assign(p.hidden.begin(), p.hidden.end());
  options.batch_norm = p.batch_norm;
  options.hidden_noise = p.hidden_noise;
  if (HasDropout(p.activation)) {
    options.dropout = p.hidden_dropout_ratios;
    if (options.dropout.empty()) options.dropout.assign(p.hidden.size(), 0.5);
  }
  options.outputs = data.response.outputs();
  options.loss = data.plan.loss;
  options.loss_options = data.plan.loss_options;
  if (p.autoencoder) {
    options.average_activation = p.average_activation;
    options.sparsity_beta = p.sparsity_beta;
  }
  options.loss_options.label_smoothing = p.label_smoothing;
  return options;
}

bool AveragesElastically(const DeepLearningParams& p, const Communicator* ranks) {
  return p.elastic_averaging && ranks != nullptr && ranks->size() > 1;
}

double AveragingMomentum(const DeepLearningParams& p, const Communicator* ranks) {
  if (p.elastic_averaging) return 0;
  if (p.averaging_momentum >= 0) return p.averaging_momentum;
  return ranks == nullptr ? 0 : 1 - 1.0 / ranks->size();
}

bool ExchangesGradients(const DeepLearningParams& p, const Communicator* ranks) {
  const bool several = ranks != nullptr && ranks->size() > 1;
  return p.averaging == Averaging::kGradients && (several || p.reproducible);
}

MemoryNeeds MemoryNeedsOf(const DeepLearningParams& p, const Communicator* ranks, size_t threads) {
  const bool gradients = ExchangesGradients(p, ranks);
  const bool averaging = !gradients && ranks != nullptr && ranks->size() > 1;
  return {.optimizer = OptimizerOptionsOf(p, 1),
          .batch_rows = static_cast<uint64_t>(p.mini_batch_size),
          .hogwild = p.mini_batch_size == 1 && !p.reproducible,
          .gradients = gradients && !p.reproducible,
          .exact_gradients = gradients && p.reproducible,
          .averaging = averaging,
          .averaging_movement = averaging && !p.elastic_averaging &&
                                (AveragingMomentum(p, ranks) > 0 ||
                                 p.exchange_precision != ExchangePrecision::kFloat32),
          .elastic_averaging = AveragesElastically(p, ranks),
          .recovery = p.recover_from_instability,
          .threads = threads};
}

StepOptions StepOptionsOf(const DeepLearningParams& p, uint64_t seed) {
  StepOptions options = {
      .input_dropout = p.input_dropout_ratio, .input_noise = p.input_noise, .seed = seed};
  if (p.max_w2 < std::numeric_limits<float>::max()) options.max_w2 = p.max_w2;
  if (p.gradient_clip > 0) options.gradient_clip = p.gradient_clip;
  return options;
}

}  // namespace thalweg
