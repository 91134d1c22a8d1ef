#include "learn/deeplearning/score_keeper.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "learn/deeplearning/score_over_ranks.h"
#include "learn/deeplearning/scoring_rows.h"
#include "learn/early_stopping.h"

namespace thalweg {
namespace {

// Before the first scoring.
constexpr double kFirstSeconds = 1;

const Metrics& ToStopBy(const Scores& s) { return s.validation ? *s.validation : s.training; }

void AddMetrics(const char* prefix, const Metrics& metrics, JsonObject& entry) {
  const Json json = metrics.NumbersToJson();
  for (const auto& [key, value] : json.as_object()) {
    if (key != "rows") entry[prefix + std::string(key)] = value;
  }
}

// Of `wanted` rows of all ranks (0: all) those that are this rank's to draw, by draw(how many).
template <class Draw>
std::vector<uint32_t> SampleShare(const SharedRows& shared, int64_t wanted, const Draw& draw) {
  if (wanted == 0 || static_cast<uint64_t>(wanted) >= shared.total) return draw(0);
  const uint64_t share = shared.ShareOf(static_cast<uint64_t>(wanted), 0);
  return share == 0 ? std::vector<uint32_t>() : draw(static_cast<int64_t>(share));
}

}  // namespace

ScoreKeeper::ScoreKeeper(const DeepLearningParams& params, const TrainingData& data,
                         const Stopwatch& clock, uint64_t seed, Communicator* ranks)
    : params_(params),
      data_(data),
      clock_(clock),
      ranks_(ranks),
      training_rows_(SampleShare(data.shared_training, params.score_training_samples,
                                 [&](int64_t wanted) {
                                   return SampleRows(data.training.store->rows(), wanted,
                                                     Random(seed, {0}));
                                 })),
      history_(std::make_unique<Json>(JsonArray())) {
  if (!data.validation) return;
  const Random random(seed, {1});
  if (params.score_validation_sampling == ValidationSampling::kUniform) {
    validation_rows_ = SampleShare(
        data.shared_validation, params.score_validation_samples,
        [&](int64_t wanted) { return SampleRows(data.validation->store->rows(), wanted, random); });
  } else if (data.response.classification()) {
    validation_rows_ =
        SampleShare(data.shared_validation, params.score_validation_samples, [&](int64_t wanted) {
          return SampleRowsByClass(data.validation->actual.classes, wanted, random);
        });
  } else {
    throw FieldErrors(std::vector<FieldError>{
        {"score_validation_sampling", "Stratified needs a categorical response; use Uniform"}});
  }
}

ScoreKeeper::~ScoreKeeper() = default;

void ScoreKeeper::CheckStoppingMetric(const Network& network, ThreadPool& pool) const {
  // Of each class, as some metrics need all.
  std::vector<uint32_t> few;
  if (data_.training.store->rows() > 0) few.push_back(0);
  std::vector<bool> seen(data_.response.domain.size());
  const std::vector<int32_t>& classes = data_.training.actual.classes;
  for (size_t r = 0; r < classes.size() && few.size() <= seen.size(); ++r) {
    const auto c = static_cast<size_t>(classes[r]);
    if (!seen[c]) few.push_back(static_cast<uint32_t>(r));
    seen[c] = true;
  }
  const ResponseRows& training = data_.training;
  Communicator* const sharing = data_.shared_training.ranks;
  const Metrics metrics =
      sharing == nullptr
          ? ScoreMetrics(network, data_.response, *training.store, training.actual, few, pool)
          : ScoreParts(network, data_.response, *training.store, training.actual, few, pool,
                       *sharing);
  if (sharing != nullptr && sharing->rank() != 0) return;
  const MetricByName& metric = Find(params_.stopping_metric);
  if (metric.value(metrics)) return;
  std::vector<std::string> others;
  for (const MetricByName& other : kMetricsByName) {
    if (other.value(metrics)) others.emplace_back(other.name);
  }
  throw FieldErrors(std::vector<FieldError>{
      {"stopping_metric",
       fmt::format("{} is not measured {}; there are: {}", metric.name,
                   params_.autoencoder ? std::string("for autoencoders")
                                       : "for a response such as " + params_.response_column,
                   Join(others, ", "))}});
}

bool ScoreKeeper::IsDue() const {
  const double seconds = clock_.seconds();
  if (params_.reproducible || params_.score_each_iteration) return true;
  const double interval = empty() ? kFirstSeconds : params_.score_interval;
  return seconds - last_seconds_ >= interval &&
         scoring_seconds_ <= params_.score_duty_cycle * seconds;
}

// By the stopping metric; with AUTO, by the error that the user sees, then the loss.
bool ScoreKeeper::IsBetter(const Scores& scores) const {
  const Metrics& now = ToStopBy(scores);
  const Metrics& kept = ToStopBy(kept_);
  const MetricByName& metric = Find(params_.stopping_metric);
  if (params_.stopping_metric == StoppingMetric::kAuto && now.classification_error) {
    return std::pair(*now.classification_error, *now.logloss) <
           std::pair(*kept.classification_error, *kept.logloss);
  }
  const double a = metric.value(now).value_or(std::nan(""));
  const double b = metric.value(kept).value_or(std::nan(""));
  return metric.larger_is_better ? a > b : a < b;
}

void ScoreKeeper::AddToHistory(const Scores& scores, const TrainingState& state,
                               const Json& layers) {
  const double share = scoring_seconds_ / last_seconds_;
  JsonObject entry{{"seconds", state.seconds},
                   {"epochs", state.epochs},
                   {"iterations", state.iterations},
                   {"samples", state.samples},
                   {"samples_per_second", JsonNumber(state.samples_per_second)},
                   {"scoring_share", JsonNumber(share)}};
  AddMetrics("training_", scores.training, entry);
  if (scores.validation) AddMetrics("validation_", *scores.validation, entry);
  if (!layers.is_null()) entry["layers"] = layers;
  if (!notes_.empty()) entry["notes"] = boost::json::value_from(notes_);
  notes_.clear();
  history_->as_array().push_back(std::move(entry));
}

Scores ScoreKeeper::Measure(const Network& network, ThreadPool& pool) const {
  const auto measure = [&](const ResponseRows& rows, const std::vector<uint32_t>& numbers) {
    Communicator* const sharing = data_.shared_training.ranks;
    return sharing == nullptr ? ScoreOverRanks(network, data_.response, *rows.store, rows.actual,
                                               numbers, pool, ranks_)
                              : ScoreParts(network, data_.response, *rows.store, rows.actual,
                                           numbers, pool, *sharing);
  };
  Scores scores;
  scores.training = measure(data_.training, training_rows_);
  if (data_.validation) scores.validation = measure(*data_.validation, validation_rows_);
  return scores;
}

void ScoreKeeper::Score(std::shared_ptr<const Network> network, const TrainingState& state,
                        const Json& layers, ThreadPool& pool) {
  const Stopwatch watch;
  const Scores scores = Measure(*network, pool);
  const MetricByName& metric = Find(params_.stopping_metric);
  // There is one: CheckStoppingMetric. A table of lifts needs rows of both classes.
  if (state.iteration_done) {
    stopping_values_.push_back(metric.value(ToStopBy(scores)).value_or(std::nan("")));
  }
  latest_ = scores;
  if (empty() || !params_.overwrite_with_best_model || IsBetter(scores)) {
    kept_ = scores;
    kept_epochs_ = state.epochs;
    network_ = std::move(network);
  }
  AddTime(watch.seconds());
  AddToHistory(scores, state, layers);
}

void ScoreKeeper::AddTime(double seconds) {
  scoring_seconds_ += seconds;
  last_seconds_ = clock_.seconds();
}

Json ScoreKeeper::ToJson() const {
  JsonArray values;
  for (double v : stopping_values_) values.push_back(JsonNumber(v));
  Json history = *history_;
  if (params_.reproducible) {
    for (Json& entry : history.as_array()) {
      for (const char* clock : {"seconds", "samples_per_second", "scoring_share"}) {
        entry.as_object().erase(clock);
      }
    }
  }
  return JsonObject{{"history", history},
                    {"kept_epochs", kept_epochs_},
                    {"stopping_metric", Find(params_.stopping_metric).name},
                    {"on_validation", data_.validation != nullptr},
                    {"stopping_values", values}};
}

void ScoreKeeper::Restore(const Json& scores, std::shared_ptr<const Network> kept,
                          ThreadPool& pool) {
  const Stopwatch watch;
  history_->as_array() = scores.at("history").as_array();
  kept_epochs_ = scores.at("kept_epochs").to_number<double>();
  // Values of another metric, or on other rows, say nothing.
  if (scores.at("stopping_metric").as_string() == Find(params_.stopping_metric).name &&
      scores.at("on_validation").as_bool() == (data_.validation != nullptr)) {
    for (const Json& value : scores.at("stopping_values").as_array()) {
      stopping_values_.push_back(value.is_null() ? std::nan("") : value.to_number<double>());
    }
  }
  network_ = std::move(kept);
  kept_ = latest_ = Measure(*network_, pool);
  AddTime(watch.seconds());
}

std::string ScoreKeeper::StopReason() const {
  const bool classes = data_.response.classification();
  const double error = classes ? *latest_.training.classification_error : latest_.training.mse;
  const double enough = classes ? params_.classification_stop : params_.regression_stop;
  if (enough >= 0 && error <= enough) {
    return fmt::format("the training error has reached {}_stop",
                       classes ? "classification" : "regression");
  }
  const StoppingRule rule = {.rounds = params_.stopping_rounds,
                             .tolerance = params_.stopping_tolerance,
                             .larger_is_better = Find(params_.stopping_metric).larger_is_better};
  if (!HasConverged(stopping_values_, rule)) return "";
  return fmt::format("stopping_metric has not become better over {} scorings",
                     params_.stopping_rounds);
}

}  // namespace thalweg
