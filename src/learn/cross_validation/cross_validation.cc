#include "learn/cross_validation/cross_validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "frame/chunk_builder.h"
#include "frame/select_rows.h"

namespace thalweg {
namespace {

// Progress of the folds as one.
class FoldProgress {
 public:
  FoldProgress(const WorkContext& context, size_t folds) : context_(context), done_(folds) {}

  class Listener : public ProgressListener {
   public:
    Listener(FoldProgress& all, size_t fold) : all_(all), fold_(fold) {}
    void Update(const ProgressUpdate& update) override { all_.Update(fold_, update); }

   private:
    FoldProgress& all_;
    size_t fold_;
  };

 private:
  void Update(size_t fold, const ProgressUpdate& update) {
    const std::lock_guard lock(mutex_);
    done_[fold] = update.fraction;
    double sum = 0;
    for (double fraction : done_) sum += fraction;
    // The main model is as much work as a fold.
    context_.Report(sum / static_cast<double>(done_.size() + 1),
                    update.message.empty()
                        ? ""
                        : fmt::format("fold {} of {}: {}", fold + 1, done_.size(), update.message));
  }

  const WorkContext& context_;
  std::mutex mutex_;
  std::vector<double> done_;
};

FoldOutcome TrainFold(size_t fold, const Folds& folds, const TrainingFrames& frames,
                      const FoldTrainers& trainers, ThreadPool& pool, const WorkContext& context) {
  std::vector<uint8_t> held_out(folds.of_row.size());
  std::vector<uint8_t> kept(folds.of_row.size());
  for (size_t r = 0; r < kept.size(); ++r) {
    held_out[r] = folds.of_row[r] == static_cast<int32_t>(fold) ? 1 : 0;
    kept[r] = 1 - held_out[r];
  }
  const Frame training = SelectRows(*frames.training, kept, pool);
  const Frame validation = SelectRows(*frames.training, held_out, pool);
  TrainingFrames own = frames;
  own.training = &training;
  own.validation = &validation;
  own.kept = nullptr;
  FoldOutcome outcome;
  outcome.training = trainers.fold(fold, own, pool, context);
  outcome.held_out = outcome.training.model->Score(validation, pool);
  outcome.predictions =
      std::make_shared<const Frame>(outcome.training.model->Predict(validation, pool));
  return outcome;
}

// Every fold once, on whichever thread or rank is free.
class FoldRun {
 public:
  FoldRun(const Folds& folds, const TrainingFrames& frames, const FoldTrainers& trainers,
          ThreadPool& pool, const WorkContext& context)
      : folds_(folds),
        frames_(frames),
        trainers_(trainers),
        pool_(pool),
        context_(context),
        progress_(context, folds.count),
        outcomes_(folds.count) {}

  std::vector<FoldOutcome> Run() {
    const size_t lanes = trainers_.others == nullptr ? 0 : trainers_.others->lanes();
    const size_t workers = trainers_.parallel + lanes;
    ThreadPool side_by_side(workers);
    side_by_side.Run(workers, [&](size_t worker, size_t /*thread*/) {
      try {
        while (const std::optional<size_t> fold = Next()) Do(*fold, worker);
      } catch (...) {
        next_ = folds_.count;
        throw;
      }
    });
    return std::move(outcomes_);
  }

 private:
  std::optional<size_t> Next() {
    context_.ThrowIfCancelled();
    const size_t fold = next_++;
    return fold < folds_.count ? std::optional(fold) : std::nullopt;
  }

  void Do(size_t fold, size_t worker) {
    const std::string name = fmt::format("fold {}", fold);
    FoldProgress::Listener listener(progress_, fold);
    const WorkContext context{.progress = &listener, .cancel = context_.cancel};
    KeptModel* const kept = trainers_.kept;
    if (kept != nullptr) {
      const std::lock_guard lock(mutex_);
      const auto found = kept->parts.find(name);
      if (found != kept->parts.end()) {
        outcomes_[fold] = FoldFromBytes(found->second);
        listener.Update({1, ""});
        return;
      }
    }
    std::string bytes;
    if (worker >= trainers_.parallel) {
      bytes = trainers_.others->Run(worker - trainers_.parallel, std::to_string(fold), context);
      outcomes_[fold] = FoldFromBytes(bytes);
    } else {
      ThreadPool own(pool_.size() / trainers_.parallel);
      outcomes_[fold] = TrainFold(fold, folds_, frames_, trainers_, own, context);
    }
    if (kept == nullptr || outcomes_[fold].training.interrupted) return;
    if (bytes.empty()) bytes = FoldBytes(outcomes_[fold]);
    const std::lock_guard lock(mutex_);
    kept->parts[name] = std::move(bytes);
  }

  const Folds& folds_;
  const TrainingFrames& frames_;
  const FoldTrainers& trainers_;
  ThreadPool& pool_;
  const WorkContext& context_;
  FoldProgress progress_;
  std::atomic<size_t> next_{0};
  std::mutex mutex_;  // of what is kept
  std::vector<FoldOutcome> outcomes_;
};

// Rows of many frames of the same columns put together: row r of `layout` is the next row of
// frames[of_row[r]].
Frame Interleave(const std::vector<Frame>& frames, const Folds& folds, const LayoutPtr& layout) {
  const Frame& first = frames[0];
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < first.columns(); ++c) {
    const bool codes = first.column(c).type() == ColumnType::kCategorical;
    std::vector<std::vector<double>> cells;
    for (const Frame& frame : frames) {
      cells.emplace_back(static_cast<size_t>(frame.rows()));
      ReadCells(frame, c, 0, cells.back());
    }
    std::vector<size_t> next(frames.size());
    std::vector<ChunkPtr> chunks;
    size_t row = 0;
    for (size_t chunk = 0; chunk < layout->chunks(); ++chunk) {
      std::vector<double> reals;
      for (int64_t r = 0; r < layout->ChunkRows(chunk); ++r, ++row) {
        const auto fold = static_cast<size_t>(folds.of_row[row]);
        reals.push_back(cells[fold][next[fold]++]);
      }
      if (codes) {
        std::vector<int64_t> whole;
        for (double v : reals) whole.push_back(static_cast<int64_t>(v));
        chunks.push_back(EncodeIntegers(whole));
      } else {
        chunks.push_back(EncodeReals(reals));
      }
    }
    columns.push_back(std::make_shared<Column>(first.column(c).type(), std::move(chunks),
                                               first.column(c).domain()));
  }
  return Frame(layout, first.names(), std::move(columns));
}

Frame FoldColumn(const Folds& folds, const LayoutPtr& layout) {
  std::vector<ChunkPtr> chunks;
  for (size_t c = 0; c < layout->chunks(); ++c) {
    const auto begin = folds.of_row.begin() + layout->ChunkStart(c);
    chunks.push_back(EncodeIntegers(std::vector<int64_t>(begin, begin + layout->ChunkRows(c))));
  }
  return Frame(layout, {"fold_assignment"},
               {std::make_shared<Column>(ColumnType::kInteger, std::move(chunks))});
}

Json Summarize(const std::vector<Metrics>& folds) {
  JsonObject summary;
  const Json first = folds[0].NumbersToJson();
  for (const auto& [key, unused] : first.as_object()) {
    JsonArray values;
    double sum = 0, squares = 0;
    for (const Metrics& m : folds) {
      const Json numbers = m.NumbersToJson();
      const Json* value = numbers.as_object().if_contains(key);
      values.push_back(value == nullptr ? Json() : *value);
      sum += values.back().is_null() ? std::nan("") : values.back().to_number<double>();
    }
    const auto count = static_cast<double>(folds.size());
    const double mean = sum / count;
    for (const Json& v : values) {
      const double d = v.is_null() ? std::nan("") : v.to_number<double>() - mean;
      squares += d * d;
    }
    summary[key] = JsonObject{{"mean", JsonNumber(mean)},
                              {"sd", JsonNumber(std::sqrt(squares / (count - 1)))},
                              {"values", values}};
  }
  return summary;
}

}  // namespace

size_t ParallelFolds(const Frame& frame, size_t folds, size_t threads,
                     std::optional<uint64_t> free_bytes) {
  const double cells = static_cast<double>(frame.rows()) * static_cast<double>(frame.columns());
  const double bytes = static_cast<double>(frame.ByteSize()) + 4 * cells;
  size_t fit = folds;
  if (free_bytes) {
    const double frames = static_cast<double>(*free_bytes) / 2 / std::max(1.0, bytes);
    fit = static_cast<size_t>(std::clamp(frames, 1.0, 1e6));
  }
  return std::min({folds, threads, fit});
}

void ServeFolds(const Folds& folds, const TrainingFrames& frames, const FoldTrainers& trainers,
                ThreadPool& pool, const WorkContext& context, Communicator& ranks) {
  ServeTasks(ranks, trainers.parallel, pool, context,
             [&](const std::string& task, ThreadPool& own, const WorkContext& work) {
               const auto fold = static_cast<size_t>(*ParseInt(task));
               return FoldBytes(TrainFold(fold, folds, frames, trainers, own, work));
             });
}

TrainingOutcome CrossValidate(const CrossValidationParams& params, const Folds& folds,
                              const TrainingFrames& frames, const FoldTrainers& trainers,
                              ThreadPool& pool, const WorkContext& context) {
  const Frame& frame = *frames.training;
  auto result = std::make_shared<CrossValidationOutcome>();
  std::vector<TrainingOutcome> outcomes;
  std::vector<std::shared_ptr<const Frame>> predictions;
  for (FoldOutcome& fold : FoldRun(folds, frames, trainers, pool, context).Run()) {
    outcomes.push_back(std::move(fold.training));
    result->of_folds.push_back(std::move(fold.held_out));
    predictions.push_back(std::move(fold.predictions));
  }
  context.ThrowIfCancelled();

  TrainingOutcome outcome = trainers.main(outcomes, frames);
  std::vector<Frame> parts;
  for (const auto& part : predictions) parts.push_back(*part);
  const Frame pooled = Interleave(parts, folds, frame.layout_ptr());
  result->pooled = outcome.model->ScorePredictions({.best_threshold = true}, pooled, frame, pool);
  result->summary = std::make_shared<Json>(Summarize(result->of_folds));
  for (const TrainingOutcome& fold : outcomes) {
    result->fold_epochs.push_back(fold.kept_epochs);
    outcome.out_of_time |= fold.out_of_time;
    if (!params.keep_cross_validation_models) continue;
    result->models.push_back(fold.model);
    result->folds.push_back(std::make_shared<const TrainingOutcome>(fold));
  }
  if (params.keep_cross_validation_predictions) {
    result->predictions = std::make_shared<const Frame>(pooled);
    result->fold_of_row = folds.of_row;
  }
  if (params.keep_cross_validation_fold_assignment) {
    result->fold_assignment = std::make_shared<const Frame>(FoldColumn(folds, frame.layout_ptr()));
  }
  outcome.cross_validation = std::move(result);
  return outcome;
}

}  // namespace thalweg
