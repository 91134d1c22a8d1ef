#include "learn/deeplearning/training_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "learn/deeplearning/huber_delta.h"
#include "learn/deeplearning/initial_weights.h"
#include "learn/deeplearning/layer_diagnostics.h"
#include "learn/deeplearning/optimizer_choice.h"
#include "learn/deeplearning/trainer_options.h"
#include "models/deeplearning_model.h"
#include "models/explain/gedeon_importance.h"
#include "models/model_file.h"
#include "models/weight_frames.h"

namespace thalweg {
namespace {

// Of all ranks together. 0: by the clock.
uint64_t SamplesPerIteration(const DeepLearningParams& params, uint64_t rows,
                             const TrainingTeam& team) {
  const int64_t wanted = params.train_samples_per_iteration;
  if (wanted > 0) return static_cast<uint64_t>(wanted);
  if (wanted == -1) return rows * team.samples_to_one();
  return wanted == 0 || params.reproducible ? rows : 0;
}

// Seconds between two averagings, at least.
constexpr double kShortest = 0.02;
// Of the samples of an iteration by the clock: what ranks get to do more than is expected of them,
// and what is left at the end as one part.
constexpr double kMorePart = 1.5;
constexpr double kLastPart = 0.25;

// Why a rank ended before its part of an iteration was done: TrainingTeam::Trained.
enum WhyEnded : uint64_t { kInterrupted = 1, kOutOfTime = 2, kUnstable = 4 };

GradientSum::Kind SumOfGradients(const DeepLearningParams& params) {
  if (params.reproducible) return GradientSum::kExact;
  return params.exchange_precision == ExchangePrecision::kBfloat16 ? GradientSum::kBfloat16
                                                                   : GradientSum::kFloats;
}

std::unique_ptr<Optimizer<float>> MakeOptimizerOfRank(const DeepLearningParams& params,
                                                      const Communicator* ranks, double samples,
                                                      Net<float>& net) {
  auto own = MakeOptimizer<float>(OptimizerOptionsOf(params, samples), net.Blocks());
  if (!AveragesElastically(params, ranks)) return own;
  return std::make_unique<ElasticOptimizer>(std::move(own), net.Blocks(),
                                            params.elastic_averaging_regularization);
}

}  // namespace

TrainingLoop::TrainingLoop(const DeepLearningParams& params, const TrainingFrames& frames,
                           TrainingData& data, const DeepLearningModel* previous,
                           Communicator* ranks, ThreadPool& pool, const WorkContext& context,
                           const Stopwatch& clock)
    : params_(params),
      data_(data),
      pool_(pool),
      context_(context),
      clock_(clock),
      rows_(SampleTrainingRows(params_, Seed(kBalance), data_)),
      epoch_rows_(ShareOut(rows_.rows(), data_.shared_training.ranks)),
      memory_(PlanMemory(NetOptionsOf(params_, data_), MemoryNeedsOf(params_, ranks, pool.size()),
                         AvailableMemory().value_or(0))),
      net_(MakeNet<float>(NetOptionsOf(params_, data_))),
      optimizer_(MakeOptimizerOfRank(params_, ranks, TotalSamples(), net_)),
      team_(ranks, net_, *optimizer_,
            {.in_step = ExchangesGradients(params_, ranks),
             .momentum = AveragingMomentum(params_, ranks),
             .elastic = dynamic_cast<ElasticOptimizer*>(optimizer_.get()),
             .moving_rate = params_.elastic_averaging_moving_rate,
             .bfloat16 = params_.exchange_precision == ExchangePrecision::kBfloat16}),
      last_good_(net_, *optimizer_, params_.recover_from_instability),
      scores_(params_, data_, clock_, Seed(kScoring), ranks),
      kept_(frames.kept),
      schedule_(epoch_rows_.total, static_cast<uint64_t>(params_.mini_batch_size),
                SamplesPerIteration(params_, epoch_rows_.total, team_)),
      own_schedule_(std::max<uint64_t>(rows_.rows(), 1),
                    static_cast<uint64_t>(params_.mini_batch_size), 0),
      order_(rows_.rows(), Seed(kOrder), params_.shuffle_training_data) {
  if (context.progress != nullptr) context.progress->Note("memory: " + memory_.ToText());
  for (std::string& warning : ParamsWithoutEffect(params_, data_, team_.size())) {
    data_.warnings.push_back(std::move(warning));
  }
  if (previous != nullptr) {
    Restore(*previous);
  } else {
    InitializeWeights(net_, params_.initial_weight_distribution, params_.initial_weight_scale,
                      Seed(kWeights));
    if (!params_.autoencoder) SetFirstBiases(net_);
    SetOutputBiases(data_.plan.output_biases, net_);
    if (data_.pretrained) CopyHiddenLayers(data_.pretrained->network(), net_);
    SetInitialWeights(params_, frames, net_);
  }
  end_ = params_.epochs > 0 ? schedule_.End(params_.epochs - before_.epochs) : 0;
  if (previous != nullptr && (params_.epochs <= before_.epochs || samples_ >= end_)) {
    throw FieldErrors(std::vector<FieldError>{
        {"epochs", fmt::format("is {:g}, and the checkpoint has been trained for {:g} already; it "
                               "counts in total",
                               params_.epochs, Epochs())}});
  }
  to_do_ = SamplesToDo(samples_, end_);
  scores_.CheckStoppingMetric(ToNetwork(net_), pool_);
  const StepOptions step = StepOptionsOf(params_, Seed(kDropout));
  const auto batch_size = static_cast<size_t>(params_.mini_batch_size);
  if (team_.in_step()) {
    gradients_ = std::make_unique<GradientTrainer>(net_, *optimizer_, rows_, step, batch_size,
                                                   SumOfGradients(params_), ranks, pool_);
  } else if (params_.mini_batch_size == 1 && !params_.reproducible) {
    hogwild_ = std::make_unique<HogwildTrainer>(net_, *optimizer_, rows_, step, pool_);
  } else {
    mini_batch_ = std::make_unique<MiniBatchTrainer<float>>(net_, *optimizer_, rows_, step,
                                                            batch_size, pool_);
  }
}

void TrainingLoop::Restore(const DeepLearningModel& previous) {
  const TrainingSnapshot& snapshot = *previous.snapshot();
  const TrainingProgress progress = RestoreSnapshot(snapshot, net_, *optimizer_);
  iterations_ = progress.iterations;
  seconds_before_ = progress.seconds;
  // Another rate is meant as it stands.
  const Json* rate = previous.parameters().as_object().if_contains("rate");
  if (rate == nullptr || rate->to_number<double>() == params_.rate) {
    last_good_.Restore(progress.returns);
  }
  if (progress.rows == epoch_rows_.total && progress.counted_alike) {
    samples_ = progress.samples;
    own_samples_ = epoch_rows_.ShareOf(samples_, 0);
  } else {
    before_ = progress;
  }
  samples_at_start_ = seen_ = samples_;
  huber_epoch_ = samples_ % epoch_rows_.total == 0 ? UINT64_MAX : samples_ / epoch_rows_.total;
  ApplyHuberDelta();
  scores_.Restore(snapshot.progress->at("scores"), std::make_shared<Network>(previous.network()),
                  pool_);
}

TrainingOutcome TrainingLoop::Run() {
  if (!params_.export_checkpoints_dir.empty() && team_.leads()) PrepareExport(params_);
  Report();
  last_good_.Keep(samples_);
  team_.Start();
  while (stop_reason_.empty()) {
    Iterate(team_.AsLeader(NextIteration()));
    const bool ending = samples_ >= end_ || !stop_reason_.empty();
    const bool due = team_.AsLeader(scores_.IsDue());
    if ((ending || due) && team_.UnionOf(last_good_.IsSound() ? 0 : 1) != 0) GoBack();
    if (samples_ >= end_ && !interrupted_) stop_reason_ = "all epochs are done";
    if (!stop_reason_.empty() || due) {
      Score();
      if (stop_reason_.empty()) stop_reason_ = team_.AsLeader(scores_.StopReason());
    }
    if (stop_reason_.empty()) KeepForRepeat();
    Report();
  }
  return Outcome();
}

void TrainingLoop::KeepForRepeat() {
  if (kept_ == nullptr) return;
  const TrainingTeam::Agreed agreed(team_);
  bool due = !scores_.empty() && clock_.seconds() >= next_keep_seconds_;
  if (kept_->on_all_ranks) due = team_.AsLeader(due);
  if (!due) return;
  const Stopwatch watch;
  if (team_.leads()) kept_->model = MakeModel({.state = true, .importances = false});
  if (kept_->on_all_ranks) {
    kept_->bytes = team_.AsLeader(kept_->model ? kept_->model->Bytes() : std::string());
    kept_->model = nullptr;
  }
  kept_->when = std::chrono::steady_clock::now();
  next_keep_seconds_ = clock_.seconds() + std::max(0.5, 50 * watch.seconds());
}

uint64_t TrainingLoop::Seed(Stream stream) const {
  return Random(static_cast<uint64_t>(params_.seed), {stream}).Next();
}

double TrainingLoop::TotalSamples() const {
  return std::max(1.0, std::round(params_.epochs * static_cast<double>(epoch_rows_.total)));
}

double TrainingLoop::Epochs() const {
  return before_.epochs + static_cast<double>(samples_) / static_cast<double>(epoch_rows_.total);
}

double TrainingLoop::Speed() const {
  const auto samples = static_cast<double>(seen_ - samples_at_start_);
  return training_seconds_ > 0 ? samples / training_seconds_ : 0;
}

TrainingLoop::Iteration TrainingLoop::NextIteration() const {
  if (team_.alone() || team_.in_step() || !schedule_.GoesByTheClock()) {
    return {.end = std::min(end_, schedule_.IterationEnd(samples_, Speed()))};
  }
  if (team_.averagings() == 0) return {.end = std::min(end_, schedule_.IterationEnd(samples_, 0))};
  // So long that averaging takes its share of the time, and not more.
  const double seconds =
      std::max(team_.averaging_seconds() / params_.target_ratio_comm_to_comp, kShortest);
  const double samples = Speed() * seconds;
  // Few rows are averaged once an epoch at least: long iterations learn less from many ranks.
  const uint64_t left = std::min(end_, schedule_.EndOfEpoch(samples_)) - samples_;
  if (static_cast<double>(left) < kLastPart * samples) return {.end = samples_ + left};
  // More than fits, for ranks that are faster this time.
  const auto each = static_cast<uint64_t>(kMorePart * samples / team_.size()) + 1;
  const auto batch = static_cast<uint64_t>(params_.mini_batch_size);
  const uint64_t whole = (each + batch - 1) / batch * batch * static_cast<uint64_t>(team_.size());
  return {.end = samples_ + std::min(left, whole), .seconds = seconds};
}

void TrainingLoop::Iterate(const Iteration& iteration) {
  while (samples_ < iteration.end && stop_reason_.empty()) {
    const uint64_t count = iteration.end - samples_;
    UpdateHuberDelta(samples_ / epoch_rows_.total);
    const TrainingTeam::Trained mine = TrainPart(OwnPart(count), iteration.seconds);
    const Stopwatch watch;
    const std::vector<TrainingTeam::Trained> all = team_.Average(mine);
    training_seconds_ += watch.seconds();
    std::vector<uint64_t> trained;
    uint64_t why_ended = 0;
    for (const TrainingTeam::Trained& one : all) {
      trained.push_back(one.samples);
      samples_ += one.samples;
      why_ended |= one.why_ended;
    }
    if (!SharesRows()) to_do_.Remove(count, trained);
    own_samples_ += mine.samples;
    if ((why_ended & kUnstable) != 0) GoBack();
    seen_ = samples_;
    interrupted_ = (why_ended & kInterrupted) != 0;
    out_of_time_ = !interrupted_ && (why_ended & kOutOfTime) != 0;
    if (interrupted_) stop_reason_ = "interrupted";
    if (out_of_time_) stop_reason_ = "max_runtime_secs has passed";
    if (iteration.seconds > 0) break;
    // Once more where training went back.
  }
  if (samples_ > 0 && schedule_.IsIterationEnd(samples_)) ++iterations_;
}

std::vector<SampleRange> TrainingLoop::OwnPart(uint64_t count) const {
  if (!SharesRows()) {
    return team_.in_step() ? to_do_.PartOf(0, 1, count)
                           : to_do_.PartOf(team_.rank(), team_.size(), count);
  }
  const auto turn = static_cast<uint64_t>(team_.averagings());
  return {{own_samples_, own_samples_ + epoch_rows_.ShareOf(count, turn)}};
}

uint64_t TrainingLoop::EndOfStretch(uint64_t begin, double seconds_left) {
  const double speed = Speed() / static_cast<double>(team_.samples_to_one());
  const uint64_t end = (SharesRows() ? own_schedule_ : schedule_).StretchEnd(begin, speed);
  if (seconds_left == 0) return team_.in_step() ? team_.AsLeader(end) : end;
  const auto batch = static_cast<double>(params_.mini_batch_size);
  const double batches = std::max(1.0, std::round(seconds_left * own_speed_ / batch));
  return begin + std::min(end - begin, static_cast<uint64_t>(batches * batch));
}

TrainingTeam::Trained TrainingLoop::TrainPart(const std::vector<SampleRange>& part,
                                              double seconds) {
  const Stopwatch watch;
  TrainingTeam::Trained mine;
  bool time_is_up = false;
  for (const SampleRange& range : part) {
    for (uint64_t at = range.begin; at < range.end && mine.why_ended == 0 && !time_is_up;) {
      if (team_.alone()) UpdateHuberDelta(at / rows_.rows());
      const double left = seconds == 0 ? 0 : std::max(seconds - watch.seconds(), 1e-9);
      const uint64_t end = std::min(range.end, EndOfStretch(at, left));
      if (!std::isfinite(TrainStretch(at, end))) mine.why_ended |= kUnstable;
      mine.samples += end - at;
      at = end;
      seen_ = samples_ + mine.samples * team_.samples_to_one();
      if (context_.cancelled()) {
        mine.why_ended |= kInterrupted;
      } else if (params_.max_runtime_secs > 0 && clock_.seconds() > params_.max_runtime_secs) {
        mine.why_ended |= kOutOfTime;
      }
      if (team_.in_step()) mine.why_ended = team_.UnionOf(mine.why_ended);
      if (mine.why_ended == 0 && at < part.back().end) Report();
      // Where less than half a batch more would fit.
      const double room = (seconds - watch.seconds()) * own_speed_;
      time_is_up = seconds > 0 && room < 0.5 * static_cast<double>(params_.mini_batch_size);
    }
  }
  return mine;
}

double TrainingLoop::TrainStretch(uint64_t begin, uint64_t end) {
  const Stopwatch watch;
  const uint64_t epoch = begin / rows_.rows() + static_cast<uint64_t>(before_.epochs);
  const std::span<const uint32_t> rows =
      order_.OfEpoch(epoch).subspan(begin % rows_.rows(), end - begin);
  uint64_t sample = before_.samples + begin;
  // Rows of other ranks have the same numbers: not the same random numbers, too.
  if (SharesRows()) sample += static_cast<uint64_t>(epoch_rows_.ranks->rank()) << 40;
  const double loss = hogwild_     ? hogwild_->Train(rows, sample)
                      : gradients_ ? gradients_->Train(rows, sample)
                                   : mini_batch_->Train(rows, sample);
  const double seconds = watch.seconds();
  training_seconds_ += seconds;
  const double speed = static_cast<double>(end - begin) / std::max(seconds, 1e-9);
  own_speed_ = own_speed_ == 0 ? speed : 0.5 * (own_speed_ + speed);
  return loss;
}

void TrainingLoop::GoBack() {
  std::vector<std::string> notes;
  samples_ = last_good_.GoBack(samples_, notes);
  to_do_ = SamplesToDo(samples_, end_);
  team_.Start();
  for (std::string& note : notes) {
    scores_.Note(note);
    data_.warnings.push_back(std::move(note));
  }
}

void TrainingLoop::UpdateHuberDelta(uint64_t epoch) {
  if (!HasHuberDelta(data_.plan.loss) || epoch == huber_epoch_) return;
  huber_epoch_ = epoch;
  data_.response.distribution.huber_delta =
      HuberDelta(ToNetwork(net_), data_, params_.huber_alpha, pool_);
  ApplyHuberDelta();
}

void TrainingLoop::ApplyHuberDelta() {
  if (!HasHuberDelta(data_.plan.loss)) return;
  const double delta = data_.response.distribution.huber_delta;
  net_.loss->SetHuberDelta(std::max(delta / data_.response.scale, 1e-6));
}

void TrainingLoop::Score() {
  const TrainingTeam::Agreed agreed(team_);
  last_good_.Keep(samples_);
  if (!team_.leads()) {
    scores_.Help(ToNetwork(net_), pool_);
    return;
  }
  scores_.Score(std::make_shared<Network>(ToNetwork(net_)),
                {.seconds = seconds_before_ + clock_.seconds(),
                 .epochs = Epochs(),
                 .iterations = iterations_,
                 .samples = before_.samples + samples_,
                 .samples_per_second = Speed(),
                 .iteration_done = schedule_.IsIterationEnd(samples_)},
                params_.diagnostics ? DiagnoseLayers(net_, *optimizer_) : Json(), pool_);
  if (!params_.export_checkpoints_dir.empty()) {
    const Stopwatch watch;
    ExportCheckpoint(*MakeModel({.state = true}), params_);
    scores_.AddTime(watch.seconds());
  }
}

std::shared_ptr<DeepLearningModel> TrainingLoop::MakeModel(const ModelParts& parts) {
  const TrainingProgress progress = {.samples = before_.samples + samples_,
                                     .epochs = Epochs(),
                                     .rows = epoch_rows_.total,
                                     .counted_alike = before_.samples == 0,
                                     .iterations = iterations_,
                                     .seconds = seconds_before_ + clock_.seconds(),
                                     .returns = last_good_.returns()};
  // Labels are predicted as in the metrics that are reported.
  ResponseScale response = data_.response;
  const Scores& kept = scores_.kept();
  response.threshold =
      (kept.validation ? *kept.validation : kept.training).threshold.value_or(response.threshold);
  std::vector<VariableImportance> importances;
  if (params_.variable_importances && parts.importances) {
    importances = GedeonImportances(*data_.encoder, *scores_.network());
  }
  auto model = std::make_shared<DeepLearningModel>(
      *data_.encoder, *scores_.network(), params_.response_column, std::move(response),
      SchemaOf<DeepLearningParams>().ToJson(&params_), std::move(importances));
  if (parts.state) {
    model->set_snapshot(
        TakeSnapshot(progress, scores_.ToJson(), params_.reproducible, net_, *optimizer_));
  }
  return model;
}

void TrainingLoop::Report() const {
  if (context_.progress == nullptr) return;
  const double fraction = end_ == samples_at_start_
                              ? 1
                              : static_cast<double>(seen_ - samples_at_start_) /
                                    static_cast<double>(end_ - samples_at_start_);
  if (params_.quiet_mode) return context_.Report(fraction, "");
  const double epochs =
      before_.epochs + static_cast<double>(seen_) / static_cast<double>(epoch_rows_.total);
  std::string text = fmt::format("epoch {:.2f} of {:g}", epochs, params_.epochs);
  if (seen_ > 0) {
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
  context_.Report(fraction, text);
}

TrainingOutcome TrainingLoop::Outcome() {
  const TrainingTeam::Agreed agreed(team_);
  TrainingOutcome outcome;
  outcome.stop_reason = stop_reason_;
  outcome.interrupted = interrupted_;
  if (!team_.leads()) return outcome;
  outcome.training_metrics = scores_.kept().training;
  outcome.validation_metrics = scores_.kept().validation;
  outcome.out_of_time = out_of_time_;
  outcome.epochs = Epochs();
  outcome.kept_epochs = scores_.kept_epochs();
  outcome.samples = static_cast<int64_t>(before_.samples + samples_);
  outcome.samples_per_second = Speed();
  outcome.scoring_seconds = scores_.seconds();
  outcome.scoring_history = std::make_shared<Json>(scores_.history());
  outcome.memory = std::make_shared<Json>(memory_.ToJson());
  outcome.warnings = data_.warnings;
  const std::shared_ptr<const DeepLearningModel> model =
      MakeModel({.state = params_.keep_training_state});
  if (params_.export_weights_and_biases) {
    for (size_t l = 0; l < model->network().layers.size(); ++l) {
      outcome.weights.push_back(std::make_shared<const Frame>(WeightsFrame(*model, l)));
      outcome.biases.push_back(std::make_shared<const Frame>(BiasesFrame(*model, l)));
    }
  }
  outcome.model = model;
  outcome.parameters = std::make_shared<Json>(outcome.model->parameters());
  outcome.seconds = clock_.seconds();
  return outcome;
}

}  // namespace thalweg
