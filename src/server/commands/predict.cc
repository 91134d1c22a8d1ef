#include "server/commands/predict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/available_memory.h"
#include "base/json.h"
#include "base/text.h"
#include "base/wall_clock.h"
#include "frame/chunk_builder.h"
#include "jobs/rank_frames.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/gather_frame.h"
#include "models/adapt_frame.h"
#include "models/deeplearning_model.h"
#include "models/explain/shap.h"
#include "models/metrics/classification_accumulator.h"
#include "models/metrics/regression_accumulator.h"
#include "server/commands/arguments.h"
#include "server/commands/publish.h"
#include "server/schemas/metrics.h"
#include "server/schemas/wire_values.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

std::optional<AucType> ParseAucType(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto& names = kEnumNames<AucType>;
  const auto level = FindWireLevel({names.begin(), names.end()}, text);
  if (!level) {
    throw UserError(fmt::format("auc_type {} is none of {}", Printable(text),
                                Join({names.begin(), names.end()}, ", ")));
  }
  const auto type =
      static_cast<AucType>(std::find(names.begin(), names.end(), *level) - names.begin());
  if (type == AucType::kNone || type == AucType::kAuto) return std::nullopt;
  return type;
}

constexpr int64_t kProbeRows = 2;
constexpr int64_t kFewRows = 1000;  // any result of theirs fits

// The row's contributions and BiasTerm (shap.h) scaled so that they add up to the prediction, which
// is `probability` or e^x of the sum. BiasTerm becomes what it stands for alone.
Frame ToOutputSpace(const Frame& contributions, bool probability) {
  const auto rows = static_cast<size_t>(contributions.rows());
  const size_t last = contributions.columns() - 1;
  std::vector<std::vector<double>> cells(contributions.columns(), std::vector<double>(rows));
  for (size_t c = 0; c <= last; ++c) ReadCells(contributions, c, 0, std::span<double>(cells[c]));
  const auto output = [&](double score) {
    return probability ? 1 / (1 + std::exp(-score)) : std::exp(score);
  };
  for (size_t r = 0; r < rows; ++r) {
    double sum = 0;
    for (size_t c = 0; c < last; ++c) sum += cells[c][r];
    const double bias = cells[last][r];
    const double own = output(bias);
    // Where nothing is added, the slope of the link.
    const double factor = std::abs(sum) > 1e-12 ? (output(bias + sum) - own) / sum
                          : probability         ? own * (1 - own)
                                                : own;
    for (size_t c = 0; c < last; ++c) cells[c][r] *= factor;
    cells[last][r] = own;
  }
  const Layout& layout = contributions.layout();
  std::vector<ColumnPtr> columns;
  for (const std::vector<double>& column : cells) {
    std::vector<ChunkPtr> chunks;
    for (size_t i = 0; i < layout.chunks(); ++i) {
      chunks.push_back(EncodeReals(std::span(column).subspan(
          static_cast<size_t>(layout.ChunkStart(i)), static_cast<size_t>(layout.ChunkRows(i)))));
    }
    columns.push_back(std::make_shared<Column>(ColumnType::kReal, std::move(chunks)));
  }
  return Frame(contributions.layout_ptr(), contributions.names(), std::move(columns));
}

// A frame's rows on this rank, fit for the model, and what is to be said of that: the same on all
// ranks. Where all ranks have the whole frame, its rows count as those of each.
struct AdaptedRows {
  std::shared_ptr<const Frame> given;
  std::optional<Frame> rows;
  std::vector<std::string> warnings;
  bool in_parts = false;
};
AdaptedRows AdaptRows(const Model& model, const std::string& name, CommandContext& context) {
  AdaptedRows adapted;
  adapted.given = context.catalog.GetFrame(name);
  adapted.in_parts = adapted.given->layout().ranks() > 1;
  adapted.rows =
      AdaptFrame(model, OwnPart(*adapted.given, context.ranks), context.pool, adapted.warnings);
  return adapted;
}

}  // namespace

Json PredictCommand(const Json& arguments, CommandContext& context) {
  const std::shared_ptr<const Model> model = context.catalog.GetModel(TextOf(arguments, "model"));
  AdaptedRows adapted = AdaptRows(*model, TextOf(arguments, "frame"), context);
  const std::string what = TextOf(arguments, "what");
  std::vector<std::string>& warnings = adapted.warnings;
  std::optional<Frame> background;
  if (what == "contributions") {
    const auto rows = GetWholeFrame(TextOf(arguments, "background"), context);
    background = AdaptFrame(*model, *rows, context.pool, warnings);
  }
  context.work.ThrowIfCancelled();
  const auto predict = [&](const Frame& frame) -> Frame {
    if (what == "deep_features") {
      return model->DeepFeatures(frame, arguments.at("layer").to_number<int64_t>(), context.pool);
    }
    if (what == "contributions") {
      Frame values = ComputeShap(*model, frame, *background, {}, context.pool, context.work);
      const auto* net = dynamic_cast<const DeepLearningModel*>(model.get());
      const bool classes = !model->domain().empty();
      const bool log = net != nullptr && net->scale().distribution.HasLogLink();
      if (!arguments.at("scaled").as_bool() || !(classes || log)) return values;
      return ToOutputSpace(values, classes);
    }
    if (what == "reconstruction_error") {
      return model->ReconstructionErrors(frame, false, context.pool);
    }
    if (what == "reconstruction_error_per_feature") {
      // The clients want those of the features alone.
      const Frame errors = model->ReconstructionErrors(frame, true, context.pool);
      return errors.Without(std::array<size_t, 1>{0});
    }
    return WireNames(model->Predict(frame, context.pool));
  };
  const Frame& rows = *adapted.rows;
  if (adapted.given->rows() > kFewRows) {
    // Some rows tell how wide the result is.
    const auto all = static_cast<double>(adapted.given->rows());
    const Frame probe = predict(rows.Slice(0, std::min(kProbeRows, rows.rows())));
    RequireMemory(all * static_cast<double>(probe.columns()) * sizeof(double) *
                      (adapted.in_parts ? context.share_of_bytes : context.ranks.size()),
                  fmt::format("{} of {} on {}", what, TextOf(arguments, "model"),
                              TextOf(arguments, "frame")));
  }
  const std::string dest = TextOf(arguments, "dest");
  if (adapted.in_parts) {
    context.catalog.PutFrame(dest, PlaceParts(predict(rows), context.ranks));
  } else {
    PutWholeFrame(dest, predict(rows), context);
  }
  return JsonObject{{"warnings", boost::json::value_from(warnings)}};
}

namespace {

// Each rank predicts its rows; rank 0, whose metrics count, judges them.
Metrics ScoreParts(const Model& model, const ScoringOptions& how, const Frame& rows,
                   CommandContext& context) {
  const bool reconstructs = model.response().empty();
  const Frame own = reconstructs ? model.ReconstructionErrors(rows, false, context.pool)
                                 : model.Predict(rows, context.pool);
  std::vector<size_t> wanted;
  for (const std::string& name : model.ScoredBy()) {
    if (const std::optional<size_t> column = rows.Find(name)) wanted.push_back(*column);
  }
  int64_t all = own.rows();
  context.ranks.AllReduceSum(std::span<int64_t>(&all, 1));
  OnFirstRank(context, [&] {
    RequireMemory(static_cast<double>(all) * static_cast<double>(own.columns()) * sizeof(double),
                  "predictions of all rows, gathered on rank 0 to be judged,");
  });
  const std::optional<Frame> predictions = GatherParts(own, context.ranks);
  const std::optional<Frame> actual = GatherParts(rows.Select(wanted), context.ranks);
  if (!predictions) return {};
  return model.ScorePredictions(how, *predictions, *actual, context.pool);
}

}  // namespace

Json ScoreCommand(const Json& arguments, CommandContext& context) {
  const std::string name = TextOf(arguments, "model");
  const std::shared_ptr<const Model> model = context.catalog.GetModel(name);
  const std::string frame_name = TextOf(arguments, "frame");
  const AdaptedRows adapted = AdaptRows(*model, frame_name, context);
  const ModelCategory category = CategoryOf(*model);
  Metrics metrics;
  const bool measurable =
      model->response().empty() || adapted.rows->Find(model->response()).has_value();
  if (measurable) {
    const ScoringOptions how{.auc_type = ParseAucType(TextOf(arguments, "auc_type")),
                             .best_threshold = true};
    metrics = adapted.in_parts ? ScoreParts(*model, how, *adapted.rows, context)
                               : model->ScoreWith(how, *adapted.rows, context.pool);
  }
  return MetricsToWire(metrics, category,
                       {.model = name,
                        .frame = frame_name,
                        .domain = model->domain(),
                        .scoring_time_ms = WallClockMs()});
}

}  // namespace thalweg
