#include "learn/grid/grid_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <random>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "learn/cross_validation/cross_validation.h"
#include "learn/grid/frame_fingerprint.h"
#include "learn/grid/grid_run.h"
#include "learn/grid/problem_metrics.h"

namespace thalweg {
namespace {

constexpr size_t kLongestName = 128;

// It becomes a part of file names.
void CheckName(const std::string& id) {
  const auto refuse = [](const char* why) {
    throw FieldErrors(std::vector<FieldError>{{"grid_id", why}});
  };
  if (id.empty()) refuse("is empty; give the grid a name");
  if (id.size() > kLongestName) refuse("is longer than 128 characters");
  const bool fits = std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  });
  if (!fits || id.front() == '.' || id.front() == '-') {
    refuse("may have letters, digits, _, - and . and begin with a letter, digit or _");
  }
  if (id.find("_model_") != std::string::npos) refuse("may not have _model_ in it");
}

// Everything that the models of a grid depend on.
Json Settings(const GridRequest& request, int64_t seed, const TrainingFrames& frames,
              ThreadPool& pool) {
  JsonObject parameters;
  for (const ParamSpec& spec : request.learner->schema().specs()) {
    const bool of_no_effect = spec.name == "export_checkpoints_dir" || spec.name == "quiet_mode" ||
                              spec.name == "model_id";
    if (of_no_effect || request.space->Has(spec.name)) continue;
    parameters[spec.name] = spec.Format(request.params);
  }
  JsonObject data{{"training_frame", FrameFingerprint(*frames.training, pool)}};
  if (frames.validation != nullptr) {
    data["validation_frame"] = FrameFingerprint(*frames.validation, pool);
  }
  for (const auto& [name, frame] : frames.named) data[name] = FrameFingerprint(*frame, pool);
  return JsonObject{
      {"format", "1"},
      {"algo", request.learner->name()},
      {"strategy", kEnumNames<SearchStrategy>[static_cast<size_t>(request.criteria.strategy)]},
      {"search_seed", std::to_string(seed)},
      {"hyper_parameters", request.space->ToJson()},
      {"parameters", std::move(parameters)},
      {"data", std::move(data)}};
}

int64_t DrawSearchSeed() { return static_cast<int64_t>(std::random_device()() >> 1); }

// That are asked for: the user's number, or one for each thread.
size_t WantedAtATime(const GridRequest& request, size_t threads) {
  const auto wanted = static_cast<size_t>(request.options.parallelism);
  return wanted == 0 ? threads : wanted;
}

// As many as asked for, threads, memory and the grid allow.
size_t ParallelModels(const GridRequest& request, const Frame& frame, size_t threads,
                      std::vector<std::string>& warnings) {
  uint64_t most = request.space->size();
  if (request.criteria.max_models > 0) {
    most = std::min(most, static_cast<uint64_t>(request.criteria.max_models));
  }
  most = std::min<uint64_t>(most, WantedAtATime(request, threads));
  const size_t parallel = ParallelFolds(frame, static_cast<size_t>(most), threads);
  if (parallel < most) {
    warnings.push_back(
        fmt::format("{} {} at a time, not {}: more do not fit the {}", parallel,
                    parallel == 1 ? "model" : "models", most,
                    parallel < threads ? "memory" : fmt::format("{} threads", threads)));
  }
  return parallel;
}

// Files that a training writes are rank 0's.
bool MayShareModels(const GridRequest& request) {
  const ParamSpec* exported = request.learner->schema().Find("export_checkpoints_dir");
  return exported == nullptr || exported->Format(request.params).empty();
}

}  // namespace

GridOutcome SearchGrid(const GridRequest& given, const TrainingFrames& frames, ThreadPool& pool,
                       const WorkContext& context, Communicator* ranks) {
  GridRequest request = given;
  if (!request.criteria.early_stopping) request.criteria.stopping_rounds = 0;
  if (!request.any_name) CheckName(request.options.grid_id);
  const ParamSchema& schema = request.learner->schema();
  const ProblemKind problem = ProblemOf(schema, request.params, *frames.training);
  GridPlan plan;
  plan.sort_by =
      &MeasuredMetric("sort_by", request.options.sort_by, problem, schema, request.params);
  plan.stop_by = &MeasuredMetric("stopping_metric", request.criteria.stopping_metric, problem,
                                 schema, request.params);
  plan.warnings = request.space->warnings();
  plan.parallel = ParallelModels(request, *frames.training, pool.size(), plan.warnings);

  std::unique_ptr<RecoveryFolder> folder;
  if (!request.options.recovery_dir.empty()) {
    folder =
        std::make_unique<RecoveryFolder>(request.options.recovery_dir, request.options.grid_id);
  }
  plan.seed = request.criteria.seed;
  if (plan.seed < 0 && folder) plan.seed = folder->seed().value_or(-1);
  if (plan.seed < 0) plan.seed = DrawSearchSeed();
  if (frames.kept != nullptr) {
    // As when it began for the first time.
    const std::string seed = std::to_string(plan.seed);
    plan.seed = *ParseInt(frames.kept->parts.try_emplace("search_seed", seed).first->second);
  }
  if (folder) folder->Settle(Settings(request, plan.seed, frames, pool));
  RankWorkers others(MayShareModels(request) ? ranks : nullptr);
  return GridRun(request, plan, frames, folder.get(), others, pool, context).Run();
}

void ServeGrid(const GridRequest& request, const TrainingFrames& frames, ThreadPool& pool,
               const WorkContext& context, Communicator& ranks) {
  if (!MayShareModels(request)) return;
  const size_t lanes =
      ParallelFolds(*frames.training, WantedAtATime(request, pool.size()), pool.size());
  TrainingFrames own = frames;
  own.kept = nullptr;
  ServeTasks(ranks, lanes, pool, context,
             [&](const std::string& task, ThreadPool& threads, const WorkContext& work) {
               const std::shared_ptr<void> params = request.learner->CopyParams(request.params);
               request.learner->schema().FromJson(ParseJson(task, "parameters"), params.get());
               return OutcomeBytes(request.learner->Train(params.get(), own, threads, work));
             });
}

}  // namespace thalweg
