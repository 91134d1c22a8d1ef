#include "learn/deeplearning/score_keeper.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "base/json.h"
#include "base/random.h"

namespace thalweg {
namespace {

// Before the first scoring.
constexpr double kFirstSeconds = 1;

// Ascending numbers of `wanted` rows drawn at random; of all where it is 0.
std::vector<uint32_t> SampleRows(size_t rows, int64_t wanted, Random random) {
  std::vector<uint32_t> sample(rows);
  std::iota(sample.begin(), sample.end(), 0);
  if (wanted == 0 || static_cast<size_t>(wanted) >= rows) return sample;
  random.Shuffle(std::span(sample));
  sample.resize(static_cast<size_t>(wanted));
  std::sort(sample.begin(), sample.end());
  return sample;
}

// First the error that the user sees, then the loss.
bool IsBetter(const Scores& a, const Scores& b) {
  const auto badness = [](const Scores& s) {
    const Metrics& m = s.validation ? *s.validation : s.training;
    return std::pair(m.classification_error.value_or(m.mse), m.logloss.value_or(m.mse));
  };
  return badness(a) < badness(b);
}

void AddMetrics(const char* prefix, const Metrics& metrics, JsonObject& entry) {
  const Json json = metrics.NumbersToJson();
  for (const auto& [key, value] : json.as_object()) {
    if (key != "rows") entry[prefix + std::string(key)] = value;
  }
}

}  // namespace

ScoreKeeper::ScoreKeeper(const DeepLearningParams& params, const TrainingData& data, uint64_t seed)
    : params_(params),
      data_(data),
      training_rows_(SampleRows(data.training.store->rows(), params.score_training_samples,
                                Random(seed, {0}))),
      history_(std::make_unique<Json>(JsonArray())) {
  if (!data.validation) return;
  validation_rows_ = SampleRows(data.validation->store->rows(), params.score_validation_samples,
                                Random(seed, {1}));
}

ScoreKeeper::~ScoreKeeper() = default;

bool ScoreKeeper::IsDue(double seconds) const {
  if (params_.reproducible) return true;
  const double interval = empty() ? kFirstSeconds : params_.score_interval;
  return seconds - last_seconds_ >= interval &&
         scoring_seconds_ <= params_.score_duty_cycle * seconds;
}

bool ScoreKeeper::Score(std::shared_ptr<const Network> network, const TrainingState& state,
                        ThreadPool& pool) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  Scores scores;
  scores.training = ScoreMetrics(*network, data_.response, *data_.training.store,
                                 data_.training.actual, training_rows_, pool);
  if (data_.validation) {
    scores.validation = ScoreMetrics(*network, data_.response, *data_.validation->store,
                                     data_.validation->actual, validation_rows_, pool);
  }
  JsonObject entry{{"seconds", state.seconds},
                   {"epochs", state.epochs},
                   {"iterations", state.iterations},
                   {"samples", state.samples},
                   {"samples_per_second", JsonNumber(state.samples_per_second)}};
  AddMetrics("training_", scores.training, entry);
  if (scores.validation) AddMetrics("validation_", *scores.validation, entry);
  history_->as_array().push_back(std::move(entry));

  latest_ = scores;
  if (empty() || !params_.overwrite_with_best_model || IsBetter(scores, kept_)) {
    kept_ = scores;
    network_ = std::move(network);
  }
  const double spent = std::chrono::duration<double>(Clock::now() - begin).count();
  scoring_seconds_ += spent;
  last_seconds_ = state.seconds + spent;
  const bool classes = data_.response.classification();
  const double error = classes ? *scores.training.classification_error : scores.training.mse;
  const double enough = classes ? params_.classification_stop : params_.regression_stop;
  return enough >= 0 && error <= enough;
}

}  // namespace thalweg
