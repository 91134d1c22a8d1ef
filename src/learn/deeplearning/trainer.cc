#include "learn/deeplearning/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <random>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "learn/deeplearning/hogwild.h"
#include "learn/deeplearning/huber_delta.h"
#include "learn/deeplearning/mini_batch.h"
#include "learn/deeplearning/optimizer_choice.h"
#include "learn/deeplearning/score_keeper.h"
#include "learn/deeplearning/trainer_options.h"
#include "learn/deeplearning/training_data.h"
#include "models/deeplearning_model.h"

namespace thalweg {
namespace {

using Clock = std::chrono::steady_clock;

// Random streams of a training, by what they are for.
enum Stream : uint64_t { kWeights = 1, kOrder, kDropout, kScoring, kBalance };

// Iterations of about this long leave room to react, and cost nothing.
constexpr double kIterationSeconds = 0.25;

int64_t DrawSeed() {
  std::random_device device;
  return static_cast<int64_t>((uint64_t{device()} << 32 | device()) >> 1);
}

// What the user asked for, with what stands for "choose" filled in.
DeepLearningParams Resolve(DeepLearningParams params, const TrainingData& data) {
  CheckParams(params, data.response.classification());
  ResolveOptimizer(params);
  if (params.seed < 0) params.seed = DrawSeed();
  if (params.mini_batch_size == 0) {
    size_t weights = 0;
    size_t inputs = data.encoder->shape().units();
    for (int64_t units : params.hidden) {
      weights += inputs * static_cast<size_t>(units);
      inputs = static_cast<size_t>(units);
    }
    params.mini_batch_size = ChooseMiniBatchSize(data.training.store->rows(), weights);
  }
  return params;
}

class Training {
 public:
  Training(const DeepLearningParams& params, const TrainingFrames& frames, ThreadPool& pool,
           const WorkContext& context)
      : start_(Clock::now()),
        pool_(pool),
        context_(context),
        data_(PrepareTrainingData(params, frames, pool)),
        params_(Resolve(params, data_)),
        rows_(SampleTrainingRows(params_, Seed(kBalance), data_)),
        net_(MakeNet<float>(NetOptionsOf(params_, data_))),
        optimizer_(
            MakeOptimizer<float>(OptimizerOptionsOf(params_, TotalSamples()), net_.Blocks())),
        scores_(params_, data_, Seed(kScoring)),
        order_(rows_.rows()) {
    for (std::string& warning : ParamsWithoutEffect(params_, data_.response.classification())) {
      data_.warnings.push_back(std::move(warning));
    }
    InitializeWeights(net_, params_.initial_weight_distribution, params_.initial_weight_scale,
                      Seed(kWeights));
    SetOutputBiases(data_.plan.output_biases, net_);
    std::iota(order_.begin(), order_.end(), 0);
    const StepOptions step = StepOptionsOf(params_, Seed(kDropout));
    if (params_.mini_batch_size == 1 && !params_.reproducible) {
      hogwild_ = std::make_unique<HogwildTrainer>(net_, *optimizer_, rows_, step, pool_);
    } else {
      mini_batch_ = std::make_unique<MiniBatchTrainer<float>>(
          net_, *optimizer_, rows_, step, static_cast<size_t>(params_.mini_batch_size), pool_);
    }
  }

  TrainingOutcome Run() {
    total_ = static_cast<uint64_t>(TotalSamples());
    Report();
    while (stop_reason_.empty()) {
      Iterate(std::min(total_ - samples_, SamplesPerIteration()));
      interrupted_ = context_.cancelled();
      if (interrupted_) {
        stop_reason_ = "interrupted";
      } else if (samples_ >= total_) {
        stop_reason_ = "all epochs are done";
      } else if (params_.max_runtime_secs > 0 && Elapsed() > params_.max_runtime_secs) {
        stop_reason_ = "max_runtime_secs has passed";
      }
      if (!stop_reason_.empty() || scores_.IsDue(Elapsed())) {
        const bool good_enough = Score();
        if (good_enough && stop_reason_.empty()) {
          stop_reason_ =
              fmt::format("the training error has reached {}_stop",
                          data_.response.classification() ? "classification" : "regression");
        }
      }
      Report();
    }
    return Outcome();
  }

 private:
  uint64_t Seed(Stream stream) const {
    return Random(static_cast<uint64_t>(params_.seed), {stream}).Next();
  }
  double TotalSamples() const {
    return std::max(1.0, std::round(params_.epochs * static_cast<double>(rows_.rows())));
  }
  double Elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  double Epochs() const {
    return static_cast<double>(samples_) / static_cast<double>(rows_.rows());
  }
  double Speed() const {
    return training_seconds_ > 0 ? static_cast<double>(samples_) / training_seconds_ : 0;
  }

  uint64_t SamplesPerIteration() const {
    const uint64_t epoch = rows_.rows();
    const int64_t wanted = params_.train_samples_per_iteration;
    if (wanted > 0) return static_cast<uint64_t>(wanted);
    if (wanted > -2 || params_.reproducible) return epoch;
    // Whole batches up to the end of the epoch: the clock does not change what a batch is.
    const auto batch = static_cast<uint64_t>(params_.mini_batch_size);
    const double batches = Speed() * kIterationSeconds / static_cast<double>(batch);
    const uint64_t count = batch * std::max<uint64_t>(16, static_cast<uint64_t>(batches));
    return std::min(count, epoch - samples_ % epoch);
  }

  // Trains on the next samples of the current epoch and those after it.
  void Iterate(uint64_t count) {
    const Clock::time_point begin = Clock::now();
    while (count > 0) {
      const uint64_t place = samples_ % order_.size();
      if (place == 0) {
        NewOrder(samples_ / order_.size());
        UpdateHuberDelta();
      }
      const uint64_t part = std::min<uint64_t>(count, order_.size() - place);
      const std::span<const uint32_t> rows = std::span(order_).subspan(place, part);
      const double loss =
          hogwild_ ? hogwild_->Train(rows, samples_) : mini_batch_->Train(rows, samples_);
      samples_ += part;
      count -= part;
      if (!std::isfinite(loss)) {
        throw UserError(fmt::format(
            "training became unstable after {} samples: the weights grew beyond all bounds. Try "
            "a smaller rate or initial_weight_scale, max_w2 (such as 10), l2, or standardize",
            samples_));
      }
    }
    ++iterations_;
    training_seconds_ += std::chrono::duration<double>(Clock::now() - begin).count();
  }

  void NewOrder(uint64_t epoch) {
    if (epoch > 0 && !params_.shuffle_training_data) return;
    Random(Seed(kOrder), {epoch}).Shuffle(std::span(order_));
  }

  // Of the Huber losses: as errors shrink, so does what counts as large.
  void UpdateHuberDelta() {
    if (!HasHuberDelta(data_.plan.loss)) return;
    const double delta = HuberDelta(ToNetwork(net_), data_, params_.huber_alpha, pool_);
    data_.response.distribution.huber_delta = delta;
    net_.loss->SetHuberDelta(std::max(delta / data_.response.scale, 1e-6));
  }

  bool Score() {
    return scores_.Score(std::make_shared<Network>(ToNetwork(net_)),
                         {.seconds = Elapsed(),
                          .epochs = Epochs(),
                          .iterations = iterations_,
                          .samples = samples_,
                          .samples_per_second = Speed()},
                         pool_);
  }

  void Report() const {
    if (context_.progress == nullptr) return;
    std::string text = fmt::format("epoch {:.2f} of {:g}", Epochs(), params_.epochs);
    if (samples_ > 0) {
      text += fmt::format(", {} samples/s", WithThousands(static_cast<int64_t>(Speed())));
    }
    const auto add = [&](const char* name, const Metrics& m) {
      text += m.classification_error
                  ? fmt::format(", {} error {:.2f} %", name, 100 * *m.classification_error)
                  : fmt::format(", {} mse {:.4g}", name, m.mse);
    };
    if (!scores_.empty()) {
      add("training", scores_.latest().training);
      if (scores_.latest().validation) add("validation", *scores_.latest().validation);
    }
    context_.Report(static_cast<double>(samples_) / static_cast<double>(total_), text);
  }

  TrainingOutcome Outcome() {
    const Json parameters = SchemaOf<DeepLearningParams>().ToJson(&params_);
    TrainingOutcome outcome;
    outcome.training_metrics = scores_.kept().training;
    outcome.validation_metrics = scores_.kept().validation;
    outcome.interrupted = interrupted_;
    outcome.stop_reason = stop_reason_;
    outcome.epochs = Epochs();
    outcome.samples = static_cast<int64_t>(samples_);
    outcome.samples_per_second = Speed();
    outcome.scoring_history = std::make_shared<Json>(scores_.history());
    outcome.parameters = std::make_shared<Json>(parameters);
    outcome.warnings = data_.warnings;
    // Labels are predicted as in the metrics that are reported.
    const Metrics& metrics =
        outcome.validation_metrics ? *outcome.validation_metrics : outcome.training_metrics;
    data_.response.threshold = metrics.threshold.value_or(data_.response.threshold);
    outcome.model =
        std::make_shared<DeepLearningModel>(std::move(*data_.encoder), *scores_.network(),
                                            params_.response_column, data_.response, parameters);
    outcome.seconds = Elapsed();
    return outcome;
  }

  const Clock::time_point start_;
  ThreadPool& pool_;
  const WorkContext& context_;
  TrainingData data_;
  const DeepLearningParams params_;
  const StoredRows rows_;
  Net<float> net_;
  std::unique_ptr<Optimizer<float>> optimizer_;
  // One of the two.
  std::unique_ptr<HogwildTrainer> hogwild_;
  std::unique_ptr<MiniBatchTrainer<float>> mini_batch_;
  ScoreKeeper scores_;
  std::vector<uint32_t> order_;

  uint64_t total_ = 0;
  uint64_t samples_ = 0;
  int64_t iterations_ = 0;
  bool interrupted_ = false;
  std::string stop_reason_;
  double training_seconds_ = 0;
};

}  // namespace

int64_t ChooseMiniBatchSize(size_t rows, size_t weights) {
  if (rows < 1000) return 8;
  return weights <= 1'000'000 ? 32 : 64;
}

TrainingOutcome TrainDeepLearning(const DeepLearningParams& params, const TrainingFrames& frames,
                                  ThreadPool& pool, const WorkContext& context) {
  return Training(params, frames, pool, context).Run();
}

}  // namespace thalweg
