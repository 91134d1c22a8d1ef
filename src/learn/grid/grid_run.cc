#include "learn/grid/grid_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>

#include "base/error.h"
#include "base/json.h"
#include "learn/early_stopping.h"
#include "learn/outcome_bytes.h"

namespace thalweg {
namespace {

// A wait looks this often whether the user has cancelled.
constexpr auto kLook = std::chrono::milliseconds(50);
// With stopping_rounds, results wait for those before them; not too many.
constexpr uint64_t kMostAhead = 4;
// Of models that are kept for the case that the search has to begin again; others train again.
constexpr size_t kMostKeptBytes = size_t{256} << 20;

}  // namespace

// Progress of one model, as a part of the grid's.
class GridRun::Listener : public ProgressListener {
 public:
  Listener(GridRun& run, size_t worker) : run_(run), worker_(worker) {}
  void Update(const ProgressUpdate& update) override {
    const std::lock_guard lock(run_.mutex_);
    run_.CheckCancelled();
    run_.fractions_[worker_] = std::clamp(update.fraction, 0.0, 1.0);
    run_.Report();
  }

 private:
  GridRun& run_;
  const size_t worker_;
};

GridRun::GridRun(const GridRequest& request, const GridPlan& plan, const TrainingFrames& frames,
                 RecoveryFolder* folder, RankWorkers& others, ThreadPool& pool,
                 const WorkContext& context)
    : request_(request),
      plan_(plan),
      frames_(frames),
      folder_(folder),
      others_(others),
      pool_(pool),
      context_(context),
      order_(request.criteria.strategy, request.space->size(), static_cast<uint64_t>(plan.seed)),
      fractions_(plan.parallel + others.lanes()) {
  outcome_.grid_id = request.options.grid_id;
  outcome_.hyper_names = request.space->names();
  outcome_.combinations = request.space->size();
  outcome_.sort_by = plan.sort_by;
  outcome_.judged_by = frames.validation != nullptr ? MetricsOf::kValidation : MetricsOf::kTraining;
  outcome_.warnings = plan.warnings;
  outcome_.seed = plan.seed;
  outcome_.parallelism = Workers();
}

GridOutcome GridRun::Run() {
  if (Workers() == 1) {
    Work(0, pool_);
  } else {
    ThreadPool workers(Workers());
    workers.Run(Workers(), [&](size_t worker, size_t /*thread*/) {
      if (worker >= plan_.parallel || plan_.parallel == 1) {
        Work(worker, pool_);
        return;
      }
      const size_t rest = worker < pool_.size() % plan_.parallel ? 1 : 0;
      ThreadPool own(pool_.size() / plan_.parallel + rest);
      Work(worker, own);
    });
  }
  const std::lock_guard lock(mutex_);
  AddTheRestThatIsThere();
  for (auto& [number, result] : undecided_) {
    if (!converged_) {
      Accept(std::move(result));
    } else if (folder_ != nullptr) {
      folder_->Remove(number);
    }
  }
  if (stop_reason_.empty()) stop_reason_ = "all combinations were tried";
  outcome_.stop_reason = stop_reason_;
  outcome_.seconds = Seconds();
  SortModels(outcome_.models, *plan_.sort_by);
  std::sort(outcome_.failures.begin(), outcome_.failures.end(),
            [](const GridFailure& a, const GridFailure& b) { return a.number < b.number; });
  if (!outcome_.models.empty()) {
    outcome_.judged_by = outcome_.models[0].judged_by;
    if (folder_ != nullptr) outcome_.best_file = folder_->ModelFile(outcome_.models[0].number);
  }
  return std::move(outcome_);
}

void GridRun::Work(size_t worker, ThreadPool& pool) {
  try {
    while (const std::optional<Job> job = Next()) Train(*job, worker, pool);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    Stop("of an error", true);
    throw;
  }
}

std::optional<GridRun::Job> GridRun::Next() {
  std::unique_lock lock(mutex_);
  for (;;) {
    CheckCancelled();
    if (!stop_reason_.empty()) return std::nullopt;
    if (request_.criteria.max_models > 0 &&
        succeeded_ >= static_cast<uint64_t>(request_.criteria.max_models)) {
      Stop("max_models were trained", false);
      return std::nullopt;
    }
    if (again_.empty() && Exhausted()) return std::nullopt;
    const double limit = request_.criteria.max_runtime_secs;
    const bool late = limit > 0 && Seconds() >= limit;
    if (!Exhausted() && IsThere(drawn_ + 1, late)) {
      AddRecovered(Draw());
      continue;
    }
    if (late) {
      Stop("max_runtime_secs has passed", false);
      return std::nullopt;
    }
    if (MayStart()) {
      Job job;
      if (again_.empty()) {
        job = Draw();
      } else {
        job = again_.front();
        again_.pop_front();
      }
      ++running_;
      alone_ = job.alone;
      return job;
    }
    changed_.wait_for(lock, kLook);
  }
}

GridRun::Job GridRun::Draw() {
  Job job;
  job.number = ++drawn_;
  Check(!Exhausted(), "a combination is left");
  job.combination = *next_;
  next_.reset();
  return job;
}

bool GridRun::Exhausted() {
  while (!next_ && !order_.done()) {
    const uint64_t combination = order_.Next();
    if (!request_.skip || !request_.skip(request_.space->Values(combination))) {
      next_ = combination;
    }
  }
  return !next_;
}

bool GridRun::IsThere(uint64_t number, bool late) const {
  if (folder_ == nullptr) return false;
  if (folder_->failures().contains(number)) return true;
  const auto model = folder_->models().find(number);
  return model != folder_->models().end() && (late || !model->second.cut_short);
}

// Before the grid ended in an earlier run, it may have been further than now.
void GridRun::AddTheRestThatIsThere() {
  if (folder_ == nullptr) return;
  const auto last = [](const auto& entries) {
    return entries.empty() ? 0 : entries.rbegin()->first;
  };
  const uint64_t end = std::max(last(folder_->models()), last(folder_->failures()));
  const auto most = static_cast<uint64_t>(request_.criteria.max_models);
  while (!converged_ && drawn_ < end && !Exhausted() && (most == 0 || succeeded_ < most)) {
    const Job job = Draw();
    if (IsThere(job.number, true)) AddRecovered(job);
  }
  if (!converged_) return;
  for (const auto& entry : folder_->models()) {
    if (entry.first > decided_) folder_->Remove(entry.first);
  }
  for (const auto& entry : folder_->failures()) {
    if (entry.first > decided_) folder_->Remove(entry.first);
  }
}

bool GridRun::MayStart() {
  if (alone_) return false;
  if (!again_.empty()) return running_ == 0;
  // Those in training may all succeed.
  const auto most = static_cast<uint64_t>(request_.criteria.max_models);
  if (most > 0 && succeeded_ + running_ >= most) return false;
  return request_.criteria.stopping_rounds == 0 || drawn_ - decided_ < kMostAhead * Workers();
}

double GridRun::TimeLimit(const void* params, bool* of_grid) const {
  const ParamSpec* spec = request_.learner->schema().Find("max_runtime_secs");
  double limit = 0;
  if (spec != nullptr) limit = spec->ToJson(params).to_number<double>();
  *of_grid = false;
  if (spec == nullptr || request_.criteria.max_runtime_secs <= 0) return limit;
  const double left = std::max(1e-3, request_.criteria.max_runtime_secs - Seconds());
  if (limit > 0 && limit <= left) return limit;
  *of_grid = true;
  return left;
}

std::shared_ptr<void> GridRun::ParamsOf(const Job& job, double limit) const {
  const ParamSchema& schema = request_.learner->schema();
  std::shared_ptr<void> params = request_.learner->CopyParams(request_.params);
  request_.space->Apply(job.combination, params.get());
  if (const ParamSpec* spec = schema.Find("max_runtime_secs")) {
    spec->Parse(fmt::format("{}", limit), params.get());
  }
  const ParamSpec* seed = schema.Find("seed");
  if (seed != nullptr && !request_.space->Has("seed") && seed->Format(params.get()) == "-1") {
    const uint64_t own = static_cast<uint64_t>(plan_.seed) + job.number;
    seed->Parse(std::to_string(own & static_cast<uint64_t>(std::numeric_limits<int64_t>::max())),
                params.get());
  }
  // Files that a model writes have its name, or else a folder of that name.
  if (const ParamSpec* id = schema.Find("model_id")) {
    id->Parse(ModelId(job.number), params.get());
    return params;
  }
  const ParamSpec* exported = schema.Find("export_checkpoints_dir");
  if (exported != nullptr) {
    const std::string folder = exported->Format(params.get());
    if (!folder.empty()) exported->Parse(folder + "/" + ModelId(job.number), params.get());
  }
  return params;
}

TrainingOutcome GridRun::Trained(const Job& job, const void* params, size_t worker,
                                 ThreadPool& pool, const WorkContext& context) {
  const std::string name = fmt::format("model {} {}", job.number, job.combination);
  if (frames_.kept != nullptr) {
    std::unique_lock lock(mutex_);
    const auto found = frames_.kept->parts.find(name);
    if (found != frames_.kept->parts.end()) {
      lock.unlock();
      return OutcomeFromBytes(found->second);
    }
  }
  TrainingOutcome outcome;
  std::string bytes;
  if (worker < plan_.parallel) {
    TrainingFrames frames = frames_;
    frames.kept = nullptr;  // it holds the state of one training
    outcome = request_.learner->Train(params, frames, pool, context);
  } else {
    const std::string task = FormatJson(request_.learner->schema().ToJson(params));
    bytes = others_.Run(worker - plan_.parallel, task, context);
    outcome = OutcomeFromBytes(bytes);
  }
  if (frames_.kept != nullptr && !outcome.interrupted) {
    if (bytes.empty()) bytes = OutcomeBytes(outcome);
    const std::lock_guard lock(mutex_);
    kept_bytes_ += bytes.size();
    if (kept_bytes_ <= kMostKeptBytes) frames_.kept->parts.emplace(name, std::move(bytes));
  }
  return outcome;
}

void GridRun::Train(const Job& job, size_t worker, ThreadPool& pool) {
  Result result{job, {}, {}, {}};
  bool dropped = false, again = false, keep_failure = true;
  const auto fail = [&](const std::string& reason) {
    result.failure.emplace();
    result.failure->reason = reason;
  };
  try {
    bool limit_of_grid = false;
    const double limit = TimeLimit(request_.params, &limit_of_grid);
    const std::shared_ptr<void> params = ParamsOf(job, limit);
    Listener listener(*this, worker);
    const double begin = Seconds();
    auto outcome = std::make_shared<TrainingOutcome>(
        Trained(job, params.get(), worker, pool, {.progress = &listener, .cancel = &cancel_}));
    dropped = outcome->interrupted;
    result.model.emplace();
    FillIn(*outcome, *result.model);
    result.model->seconds = Seconds() - begin;
    result.model->cut_short = limit_of_grid && outcome->out_of_time;
    result.outcome = std::move(outcome);
  } catch (const RankFailure&) {
    throw;  // no model's
  } catch (const Cancelled&) {
    dropped = true;
  } catch (const MemoryError& error) {
    again = !job.alone && Workers() > 1;
    keep_failure = false;
    fail(error.what());
  } catch (const std::bad_alloc&) {
    again = !job.alone && Workers() > 1;
    keep_failure = false;
    fail("out of memory");
  } catch (const std::exception& error) {
    fail(error.what());
  }
  const auto name = [&](auto& what) {
    what->number = job.number;
    what->model_id = ModelId(job.number);
    what->values = request_.space->Texts(job.combination);
    what->hyper_parameters = std::make_shared<Json>(request_.space->Values(job.combination));
  };
  if (result.model) name(result.model);
  if (result.failure) name(result.failure);
  std::string recovery_error;
  if (folder_ != nullptr && !dropped && !again) {
    try {
      if (result.model) folder_->SaveModel(*result.model, *result.outcome->model, Seconds());
      if (result.failure && keep_failure) folder_->SaveFailure(*result.failure, Seconds());
    } catch (const UserError& error) {
      recovery_error = error.what();
    }
  }
  const std::lock_guard lock(mutex_);
  --running_;
  alone_ = false;
  fractions_[worker] = 0;
  if (!recovery_error.empty()) {
    if (outcome_.recovery_error.empty()) outcome_.recovery_error = recovery_error;
    Stop("its folder cannot be written", true);
  } else if (again && stop_reason_.empty()) {
    again_.push_back({job.number, job.combination, true});
  } else if (!dropped && !again) {
    Finish(std::move(result));
  }
  changed_.notify_all();
}

void GridRun::AddRecovered(const Job& job) {
  Result result{job, {}, {}, {}};
  const auto name = [&](auto& what) {
    what.model_id = ModelId(job.number);
    what.values = request_.space->Texts(job.combination);
    what.hyper_parameters = std::make_shared<Json>(request_.space->Values(job.combination));
  };
  if (const auto found = folder_->models().find(job.number); found != folder_->models().end()) {
    result.model = found->second;
    name(*result.model);
  } else {
    result.failure = folder_->failures().at(job.number);
    name(*result.failure);
  }
  Finish(std::move(result));
}

void GridRun::Stop(const std::string& reason, bool cancel_running) {
  if (stop_reason_.empty()) stop_reason_ = reason;
  if (cancel_running) cancel_.Cancel();
  changed_.notify_all();
}

void GridRun::CheckCancelled() {
  if (!context_.cancelled()) return;
  outcome_.interrupted = true;
  Stop("interrupted", true);
}

void GridRun::Finish(Result result) {
  ++(result.model ? succeeded_ : failed_);
  if (request_.criteria.stopping_rounds == 0) {
    Accept(std::move(result));
  } else {
    const uint64_t number = result.job.number;
    undecided_.emplace(number, std::move(result));
    DecideInOrder();
  }
  Report();
}

void GridRun::DecideInOrder() {
  while (!converged_ && !undecided_.empty() && undecided_.begin()->first == decided_ + 1) {
    Result result = std::move(undecided_.begin()->second);
    undecided_.erase(undecided_.begin());
    ++decided_;
    const bool trained = result.model.has_value();
    const double value = trained ? MetricOf(*result.model, *plan_.stop_by) : 0;
    Accept(std::move(result));
    if (!trained) continue;
    const bool larger = plan_.stop_by->larger_is_better;
    // The best so far: single models go up and down by chance.
    const double best = values_.empty() ? std::nan("") : values_.back();
    const bool better = std::isnan(best) || (larger ? value > best : value < best);
    values_.push_back(better ? value : best);
    converged_ = HasConverged(values_, {.rounds = request_.criteria.stopping_rounds,
                                        .tolerance = request_.criteria.stopping_tolerance,
                                        .larger_is_better = larger});
    if (converged_) {
      Stop(fmt::format("{} has not become better (stopping_rounds)", plan_.stop_by->name), true);
    }
  }
}

void GridRun::Accept(Result result) {
  if (result.failure) {
    outcome_.failures.push_back(std::move(*result.failure));
    return;
  }
  if (!result.outcome) ++outcome_.recovered;
  if (!best_ || IsBetter(*result.model, *best_, *plan_.sort_by)) {
    best_ = result.model;
    outcome_.best = result.outcome;
  }
  if (result.outcome && request_.on_model) request_.on_model(*result.model, *result.outcome);
  outcome_.models.push_back(std::move(*result.model));
}

void GridRun::Report() {
  double done = static_cast<double>(succeeded_ + failed_);
  for (double fraction : fractions_) done += fraction;
  double fraction = done / static_cast<double>(Planned());
  const double limit = request_.criteria.max_runtime_secs;
  if (limit > 0) fraction = std::max(fraction, Seconds() / limit);
  std::string text = fmt::format("{} of {} models", succeeded_, Planned());
  if (failed_ > 0) text += fmt::format(", {} failed", failed_);
  if (best_) {
    text += fmt::format(", best {} {:.6g} ({})", plan_.sort_by->name,
                        MetricOf(*best_, *plan_.sort_by), best_->model_id);
  }
  context_.Report(std::min(1.0, fraction), text);
}

double GridRun::Seconds() const {
  const std::chrono::duration<double> now = std::chrono::steady_clock::now() - start_;
  return now.count() + (folder_ == nullptr ? 0 : folder_->seconds());
}

std::string GridRun::ModelId(uint64_t number) const {
  return fmt::format("{}_model_{}", request_.options.grid_id, request_.first_number + number);
}

uint64_t GridRun::Planned() const {
  const auto most = static_cast<uint64_t>(request_.criteria.max_models);
  return most == 0 ? request_.space->size() : std::min(request_.space->size(), most + failed_);
}

}  // namespace thalweg
