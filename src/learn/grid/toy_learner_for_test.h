// For tests: a learner whose models are as good as a formula says, at once or after a while.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/fields.h"
#include "base/file.h"
#include "base/json.h"
#include "learn/learners.h"
#include "models/frame_for_test.h"

namespace thalweg {

enum class ToyKind { kPlain, kOdd };
template <>
inline constexpr auto kEnumNames<ToyKind> = std::array{"Plain", "Odd"};

struct ToyParams {
  std::string response_column = "y";
  double a = 1;
  double b = 0;
  int64_t n = 3;
  std::vector<int64_t> hidden = {200, 200};
  ToyKind kind = ToyKind::kPlain;
  std::string label;
  std::vector<std::string> words;
  int64_t seed = -1;
  double max_runtime_secs = 0;
  std::string export_checkpoints_dir;
};

template <>
inline constexpr auto kFields<ToyParams> = std::tuple{
    Field<&ToyParams::response_column>({.name = "response_column", .help = "To predict."}),
    Field<&ToyParams::a>({.name = "a", .help = "Best at 0.", .gridable = true, .min = -10}),
    Field<&ToyParams::b>({.name = "b", .help = "Best at 0.", .gridable = true}),
    Field<&ToyParams::n>({.name = "n", .help = "Whole.", .gridable = true, .min = 1, .max = 9999}),
    Field<&ToyParams::hidden>({.name = "hidden", .help = "Sizes.", .gridable = true, .min = 1}),
    Field<&ToyParams::kind>({.name = "kind", .help = "Which.", .gridable = true}),
    Field<&ToyParams::label>({.name = "label", .help = "Any text.", .gridable = true}),
    Field<&ToyParams::words>({.name = "words", .help = "Any texts.", .gridable = true}),
    Field<&ToyParams::seed>({.name = "seed", .help = "Of chance.", .gridable = true, .min = -1}),
    Field<&ToyParams::max_runtime_secs>({.name = "max_runtime_secs", .help = "Limit."}),
    Field<&ToyParams::export_checkpoints_dir>(
        {.name = "export_checkpoints_dir", .help = "Folder."}),
};

class ToyModel : public Model {
 public:
  explicit ToyModel(std::string text) : text_(std::move(text)) {}
  std::string algo() const override { return "toy"; }
  const std::string& response() const override { return response_; }
  std::vector<std::string> predictors() const override { return {}; }
  std::vector<std::pair<std::string, ColumnType>> TrainedTypes() const override { return {}; }
  Frame Predict(const Frame&, ThreadPool&) const override { throw InternalError("not asked for"); }
  Metrics Score(const Frame&, ThreadPool&) const override { throw InternalError("not asked for"); }
  Metrics ScorePredictions(const ScoringOptions&, const Frame&, const Frame&,
                           ThreadPool&) const override {
    throw InternalError("not asked for");
  }
  void Save(const std::string& path) const override { WriteWholeFile(path, text_); }
  std::string Bytes() const override { return text_; }
  const Json& parameters() const override { return parameters_; }
  Json Summary() const override { return JsonObject(); }

 private:
  const std::string response_ = "y";
  const std::string text_;
  const Json parameters_ = JsonObject();
};

class ToyLearner : public Learner {
 public:
  std::string name() const override { return "toy"; }
  const ParamSchema& schema() const override { return SchemaOf<ToyParams>(); }
  std::shared_ptr<void> NewParams() const override { return std::make_shared<ToyParams>(); }
  std::shared_ptr<void> CopyParams(const void* params) const override {
    return std::make_shared<ToyParams>(*static_cast<const ToyParams*>(params));
  }
  std::vector<FieldError> Check(const void* /*params*/,
                                const TrainingFrames& /*frames*/) const override {
    return {};
  }
  TrainingOutcome Train(const void* params, const TrainingFrames& /*frames*/, ThreadPool& pool,
                        const WorkContext& context, Communicator* /*ranks*/) const override {
    const auto& p = *static_cast<const ToyParams*>(params);
    ++started;
    const size_t now = ++at_work;
    struct Leave {
      std::atomic<size_t>& count;
      ~Leave() { --count; }
    } leave{at_work};
    size_t seen = most_at_work.load();
    while (now > seen && !most_at_work.compare_exchange_weak(seen, now)) continue;
    if (before) before(p);
    TrainingOutcome outcome;
    const auto start = std::chrono::steady_clock::now();
    const auto seconds = [&] {
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    const double takes = duration ? duration(p) : 0;
    outcome.stop_reason = "done";
    do {
      context.Report(takes > 0 ? seconds() / takes : 1, "");
      outcome.interrupted = context.cancelled();
      if (p.max_runtime_secs > 0 && seconds() >= p.max_runtime_secs) {
        outcome.stop_reason = "max_runtime_secs has passed";
        outcome.out_of_time = true;
        break;
      }
      if (takes > 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    } while (!outcome.interrupted && seconds() < takes);
    const double error = p.a * p.a + 0.1 * p.b + (p.kind == ToyKind::kOdd ? 5 : 0);
    outcome.training_metrics.rows = 3;
    outcome.training_metrics.mse = error;
    outcome.training_metrics.rmse = std::sqrt(std::abs(error));
    outcome.training_metrics.mean_residual_deviance = p.b == -1 ? std::nan("") : error;
    outcome.training_metrics.mae = -p.a;
    outcome.training_metrics.r2 = p.a;
    outcome.model = std::make_shared<ToyModel>("model of " + std::to_string(error));
    outcome.parameters = std::make_shared<Json>(schema().ToJson(params));
    outcome.seconds = seconds();
    outcome.epochs = static_cast<double>(pool.size());
    return outcome;
  }

  // May throw what a training throws.
  std::function<void(const ToyParams&)> before;
  std::function<double(const ToyParams&)> duration;  // in seconds
  mutable std::atomic<size_t> started{0};
  mutable std::atomic<size_t> at_work{0};
  mutable std::atomic<size_t> most_at_work{0};
};

inline Frame ToyFrame(double last = 3) {
  return FrameMaker(3).Real("x", {1, 2, last}).Real("y", {1, 2, 3}).Make();
}

}  // namespace thalweg
