#include "server/commands/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "base/wall_clock.h"
#include "frame/chunk_builder.h"
#include "jobs/rank_frames.h"
#include "learn/cross_validation/cross_validation.h"
#include "learn/learners.h"
#include "mapreduce/rollups.h"
#include "models/adapt_frame.h"
#include "models/weight_frames.h"
#include "server/commands/publish.h"
#include "server/commands/training_order.h"
#include "server/model_archive.h"
#include "server/schemas/model.h"
#include "server/schemas/parameters.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

// What a fold's model predicted of its rows, and nothing (0, or the first level) of the others:
// a frame for each fold, as H2O's clients expect them.
Frame OfFold(const Frame& pooled, const std::vector<int32_t>& fold_of_row, int32_t fold) {
  std::vector<ColumnPtr> columns;
  const Layout& layout = pooled.layout();
  for (size_t c = 0; c < pooled.columns(); ++c) {
    const bool codes = pooled.column(c).type() == ColumnType::kCategorical;
    std::vector<ChunkPtr> chunks;
    for (size_t i = 0; i < layout.chunks(); ++i) {
      std::vector<double> cells(static_cast<size_t>(layout.ChunkRows(i)));
      pooled.column(c).chunk(i).Decode(0, cells);
      const auto start = static_cast<size_t>(layout.ChunkStart(i));
      for (size_t r = 0; r < cells.size(); ++r) {
        if (fold_of_row[start + r] != fold) cells[r] = 0;
      }
      if (codes) {
        std::vector<int64_t> whole;
        for (const double v : cells) whole.push_back(static_cast<int64_t>(v));
        chunks.push_back(EncodeIntegers(whole));
      } else {
        chunks.push_back(EncodeReals(cells));
      }
    }
    columns.push_back(std::make_shared<Column>(pooled.column(c).type(), std::move(chunks),
                                               pooled.column(c).domain()));
  }
  return Frame(pooled.layout_ptr(), pooled.names(), std::move(columns));
}

// Names everything that a training leaves beside the model, and gives it to `out`.
ModelRecord Leave(const TrainingOrder& order, const TrainingOutcome& outcome, int64_t start_ms,
                  const Json& reproducibility, Publication& out) {
  ModelRecord record{.name = order.model_id,
                     .training_frame = order.training_frame,
                     .validation_frame = order.validation_frame,
                     .start_ms = start_ms,
                     .end_ms = WallClockMs(),
                     .asked = order.asked.get(),
                     .resolve_auto = order.resolve_auto,
                     .reproducibility = reproducibility};
  const std::string& id = order.model_id;
  for (size_t l = 0; l < outcome.weights.size(); ++l) {
    record.weights.push_back(fmt::format("{}.weights.{}", id, l));
    record.biases.push_back(fmt::format("{}.biases.{}", id, l));
    out.AddFrame(record.weights.back(), *outcome.weights[l]);
    out.AddFrame(record.biases.back(), *outcome.biases[l]);
  }
  if (!outcome.cross_validation) return record;
  const CrossValidationOutcome& cv = *outcome.cross_validation;
  if (cv.predictions) {
    const Frame pooled = WireNames(*cv.predictions);
    for (size_t f = 0; f < cv.of_folds.size(); ++f) {
      record.fold_predictions.push_back(fmt::format("prediction_{}_cv_{}", id, f + 1));
      out.AddFrame(record.fold_predictions.back(),
                   OfFold(pooled, cv.fold_of_row, static_cast<int32_t>(f)));
    }
    record.held_out_predictions = "cv_holdout_prediction_" + id;
    out.AddFrame(record.held_out_predictions, pooled);
  }
  if (cv.fold_assignment) {
    record.fold_assignment = "cv_fold_assignment_" + id;
    out.AddFrame(record.fold_assignment, *cv.fold_assignment);
  }
  for (size_t f = 0; f < cv.folds.size(); ++f) {
    ModelRecord fold{.name = fmt::format("{}_cv_{}", id, f + 1),
                     .training_frame = fmt::format("{}_cv_{}_train", id, f + 1),
                     .validation_frame = fmt::format("{}_cv_{}_valid", id, f + 1),
                     .start_ms = start_ms,
                     .end_ms = record.end_ms,
                     .asked = order.asked.get(),
                     .resolve_auto = order.resolve_auto,
                     .reproducibility = reproducibility};
    record.fold_models.push_back(fold.name);
    out.AddModel(fold.name, cv.models[f], ModelToWire(*order.learner, *cv.folds[f], fold), {});
  }
  return record;
}

// A model that goes on knows the levels that it began with; H2O's clients expect an error, not that
// others count as missing.
void CheckLevelsOfCheckpoint(const TrainingOrder& order, const OrderFrames& frames) {
  const ParamSpec* spec = order.learner->schema().Find("checkpoint");
  const std::string name = spec == nullptr ? "" : spec->Format(order.params.get());
  if (name.empty()) return;
  const std::vector<UnknownLevels> unknown =
      FindUnknownLevels(*frames.frames.models.at(name), *frames.frames.training);
  if (unknown.empty()) return;
  throw UserError(fmt::format(
      "checkpoint: the training frame has {} in column {}, a level that the model does not know",
      Printable(unknown.front().levels.front()), Printable(unknown.front().column)));
}

}  // namespace

void PublishTraining(const Learner& learner, const void* asked, const TrainingOutcome& outcome,
                     const TrainingNames& names, Publication& out) {
  TrainingOrder order;
  order.learner = &learner;
  order.asked = learner.CopyParams(asked);
  order.model_id = names.model_id;
  order.training_frame = names.training_frame;
  order.validation_frame = names.validation_frame;
  order.resolve_auto = names.resolve_auto;
  const ModelRecord record = Leave(order, outcome, names.start_ms, names.reproducibility, out);
  std::vector<std::string> parts = record.fold_models;
  parts.insert(parts.end(), record.fold_predictions.begin(), record.fold_predictions.end());
  for (const std::string* name : {&record.held_out_predictions, &record.fold_assignment}) {
    if (!name->empty()) parts.push_back(*name);
  }
  parts.insert(parts.end(), record.weights.begin(), record.weights.end());
  parts.insert(parts.end(), record.biases.begin(), record.biases.end());
  out.AddModel(order.model_id, outcome.model, ModelToWire(learner, outcome, record),
               std::move(parts));
}

Json TrainCommand(const Json& arguments, CommandContext& context) {
  const TrainingOrder order = ReadTrainingOrder(arguments);
  const bool in_parts = order.learner->SharesRows(order.params.get(), &context.ranks);
  OrderFrames frames = ReadOrderFrames(order, context, in_parts);
  frames.frames.kept = context.kept;
  Publication out;
  JsonArray warnings;
  const int64_t start_ms = WallClockMs();
  CheckLevelsOfCheckpoint(order, frames);
  const TrainingOutcome outcome = order.learner->Train(order.params.get(), frames.frames,
                                                       context.pool, context.work, &context.ranks);
  OnFirstRank(context, [&] {
    for (const std::string& warning : outcome.warnings) warnings.emplace_back(warning);
    PublishTraining(*order.learner, order.asked.get(), outcome,
                    {.model_id = order.model_id,
                     .training_frame = order.training_frame,
                     .validation_frame = order.validation_frame,
                     .start_ms = start_ms,
                     .resolve_auto = order.resolve_auto,
                     .reproducibility = DescribeOrder(order, frames, context.pool)},
                    out);
    if (!order.export_folder.empty()) out.Export(order.export_folder);
  });
  out.Publish(context);
  return JsonObject{{"warnings", warnings}};
}

Json InspectTrainingCommand(const Json& arguments, CommandContext& context) {
  const TrainingOrder order = ReadTrainingOrder(arguments);
  const std::shared_ptr<const Frame> frame = GetWholeFrame(order.training_frame, context);
  const ParamSchema& schema = order.learner->schema();
  const auto text = [&](const char* name) {
    const ParamSpec* spec = schema.Find(name);
    return spec == nullptr ? std::string() : spec->Format(order.params.get());
  };
  std::set<std::string> left_out = {text("response_column"), text("weights_column"),
                                    text("offset_column"), text("fold_column")};
  if (const ParamSpec* ignored = schema.Find("ignored_columns")) {
    const Json names = ignored->ToJson(order.params.get());
    for (const Json& name : names.as_array()) left_out.emplace(name.as_string());
  }
  const std::vector<Rollups> rollups = ComputeRollups(*frame, context.pool);
  JsonArray constant;
  bool binary = false;
  for (size_t c = 0; c < frame->columns(); ++c) {
    const ColumnType type = frame->column(c).type();
    const Rollups& r = rollups[c];
    if (frame->name(c) == text("response_column")) {
      binary = type != ColumnType::kCategorical && IsNumeric(type) && r.integral && r.min == 0 &&
               r.max == 1;
    }
    if (left_out.contains(frame->name(c))) continue;
    const bool dropped = !IsNumeric(type) || r.missing == r.rows || r.min == r.max;
    if (dropped) constant.emplace_back(frame->name(c));
  }
  return JsonObject{{"constant", constant}, {"binary_response", binary}};
}

}  // namespace thalweg
