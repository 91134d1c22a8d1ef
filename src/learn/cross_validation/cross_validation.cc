#include "learn/cross_validation/cross_validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "base/error.h"
#include "base/json.h"
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

TrainingOutcome CrossValidate(const CrossValidationParams& params, const Folds& folds,
                              const TrainingFrames& frames, const FoldTrainers& trainers,
                              ThreadPool& pool, const WorkContext& context) {
  const Frame& frame = *frames.training;
  const size_t parallel = trainers.parallel;
  std::vector<TrainingOutcome> outcomes(folds.count);
  std::vector<std::shared_ptr<const Frame>> predictions(folds.count);
  auto result = std::make_shared<CrossValidationOutcome>();
  result->of_folds.resize(folds.count);
  FoldProgress progress(context, folds.count);
  ThreadPool side_by_side(parallel);
  side_by_side.Run(folds.count, [&](size_t fold, size_t /*thread*/) {
    context.ThrowIfCancelled();
    ThreadPool own(pool.size() / parallel);
    std::vector<uint8_t> held_out(folds.of_row.size());
    std::vector<uint8_t> kept(folds.of_row.size());
    for (size_t r = 0; r < kept.size(); ++r) {
      held_out[r] = folds.of_row[r] == static_cast<int32_t>(fold) ? 1 : 0;
      kept[r] = 1 - held_out[r];
    }
    const Frame training = SelectRows(frame, kept, own);
    const Frame validation = SelectRows(frame, held_out, own);
    FoldProgress::Listener listener(progress, fold);
    TrainingFrames own_frames = frames;
    own_frames.training = &training;
    own_frames.validation = &validation;
    outcomes[fold] =
        trainers.fold(fold, own_frames, own, {.progress = &listener, .cancel = context.cancel});
    result->of_folds[fold] = outcomes[fold].model->Score(validation, own);
    predictions[fold] =
        std::make_shared<const Frame>(outcomes[fold].model->Predict(validation, own));
  });
  context.ThrowIfCancelled();

  TrainingOutcome outcome = trainers.main(outcomes, frames);
  std::vector<Frame> parts;
  for (const auto& part : predictions) parts.push_back(*part);
  const Frame pooled = Interleave(parts, folds, frame.layout_ptr());
  result->pooled = outcome.model->ScorePredictions(pooled, frame);
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
