#include "server/commands/predict.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/available_memory.h"
#include "base/json.h"
#include "base/text.h"
#include "base/wall_clock.h"
#include "jobs/rank_frames.h"
#include "models/adapt_frame.h"
#include "models/deeplearning_model.h"
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

}  // namespace

Json PredictCommand(const Json& arguments, CommandContext& context) {
  const std::shared_ptr<const Model> model = context.catalog.GetModel(TextOf(arguments, "model"));
  const std::shared_ptr<const Frame> given = GetWholeFrame(TextOf(arguments, "frame"), context);
  const std::string what = TextOf(arguments, "what");
  std::vector<std::string> warnings;
  const Frame whole = AdaptFrame(*model, *given, context.pool, warnings);
  context.work.ThrowIfCancelled();
  const auto predict = [&](const Frame& frame) -> Frame {
    if (what == "deep_features") {
      return model->DeepFeatures(frame, arguments.at("layer").to_number<int64_t>(), context.pool);
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
  if (given->rows() > kFewRows) {
    // Some rows tell how wide the result is.
    const auto rows = static_cast<double>(given->rows());
    const auto cells = static_cast<double>(predict(whole.Slice(0, kProbeRows)).columns());
    RequireMemory(rows * cells * sizeof(double) * context.ranks.size(),
                  fmt::format("{} of {} on {}", what, TextOf(arguments, "model"),
                              TextOf(arguments, "frame")));
  }
  PutWholeFrame(TextOf(arguments, "dest"), predict(whole), context);
  return JsonObject{{"warnings", boost::json::value_from(warnings)}};
}

Json ScoreCommand(const Json& arguments, CommandContext& context) {
  const std::string name = TextOf(arguments, "model");
  const std::shared_ptr<const Model> model = context.catalog.GetModel(name);
  const std::string frame_name = TextOf(arguments, "frame");
  const std::shared_ptr<const Frame> given = GetWholeFrame(frame_name, context);
  std::vector<std::string> warnings;
  const Frame frame = AdaptFrame(*model, *given, context.pool, warnings);
  const ModelCategory category = CategoryOf(*model);
  Metrics metrics;
  const bool measurable = model->response().empty() || frame.Find(model->response());
  if (measurable) {
    metrics = model->ScoreWith(
        {.auc_type = ParseAucType(TextOf(arguments, "auc_type")), .best_threshold = true}, frame,
        context.pool);
  }
  return MetricsToWire(metrics, category,
                       {.model = name,
                        .frame = frame_name,
                        .domain = model->domain(),
                        .scoring_time_ms = WallClockMs()});
}

}  // namespace thalweg
